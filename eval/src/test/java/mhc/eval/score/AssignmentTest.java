package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AssignmentTest {

    @Test
    void findsTheBestTotalOfEveryShape() {
        Random random = new Random(7);
        for (int rows = 1; rows <= 6; rows++) {
            for (int columns = 1; columns <= 6; columns++) {
                for (int round = 0; round < 20; round++) {
                    double[][] scores = new double[rows][columns];
                    for (double[] row : scores) {
                        for (int j = 0; j < columns; j++) {
                            row[j] = random.nextInt(4) == 0 ? random.nextDouble() : random.nextInt(3) / 2.0;
                        }
                    }
                    int[] assignment = Assignment.maximize(scores);
                    assertThat(Arrays.stream(assignment).filter(column -> column >= 0))
                            .doesNotHaveDuplicates()
                            .hasSize(Math.min(rows, columns));
                    assertThat(total(scores, assignment)).isCloseTo(bestTotal(scores, 0, 0), within(1e-12));
                }
            }
        }
    }

    private static double total(double[][] scores, int[] assignment) {
        double total = 0;
        for (int i = 0; i < assignment.length; i++) {
            total += assignment[i] < 0 ? 0 : scores[i][assignment[i]];
        }
        return total;
    }

    /** Every assignment there is; {@code used} holds one bit per column. */
    private static double bestTotal(double[][] scores, int row, int used) {
        if (row == scores.length) {
            return 0;
        }
        double best = bestTotal(scores, row + 1, used);
        for (int column = 0; column < scores[row].length; column++) {
            if ((used >> column & 1) == 0) {
                best = Math.max(best, scores[row][column] + bestTotal(scores, row + 1, used | 1 << column));
            }
        }
        return best;
    }

    @Test
    void aLargeSquareStaysFast() {
        int size = 300;
        double[][] scores = new double[size][size];
        for (int i = 0; i < size; i++) {
            scores[i][size - 1 - i] = 1;
        }
        assertThat(total(scores, Assignment.maximize(scores))).isEqualTo(size);
    }
}
