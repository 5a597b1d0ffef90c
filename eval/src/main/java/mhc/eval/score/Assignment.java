package mhc.eval.score;

import java.util.Arrays;

/** The linear assignment problem by shortest augmenting paths (Kuhn, Munkres; Jonker and Volgenant), O(n^3). */
final class Assignment {
    private static final double NONE = Double.POSITIVE_INFINITY;

    private Assignment() {}

    /**
     * A one-to-one assignment of rows to columns with the largest total score.
     *
     * @param scores [rows][columns]
     * @return for each row its column, or -1 for a row that has none (more rows than columns)
     */
    static int[] maximize(double[][] scores) {
        int rows = scores.length;
        int columns = rows == 0 ? 0 : scores[0].length;
        if (rows > columns) {
            return inverse(maximize(transposed(scores, columns)), rows);
        }
        double[] rowPotential = new double[rows];
        double[] columnPotential = new double[columns];
        int[] rowOf = new int[columns];
        Arrays.fill(rowOf, -1);
        for (int row = 0; row < rows; row++) {
            augment(scores, row, rowPotential, columnPotential, rowOf);
        }
        return inverse(rowOf, rows);
    }

    /** Adds {@code row} to the matching along the cheapest path in reduced costs; a cost is a negated score. */
    private static void augment(
            double[][] scores, int row, double[] rowPotential, double[] columnPotential, int[] rowOf) {
        int columns = columnPotential.length;
        double[] distance = new double[columns];
        int[] previous = new int[columns];
        boolean[] done = new boolean[columns];
        Arrays.fill(distance, NONE);
        Arrays.fill(previous, -1);
        int current = -1;
        int currentRow = row;
        while (currentRow >= 0) {
            double base = current < 0 ? 0 : distance[current];
            int nearest = -1;
            for (int column = 0; column < columns; column++) {
                if (done[column]) {
                    continue;
                }
                double reduced = -scores[currentRow][column] - rowPotential[currentRow] - columnPotential[column];
                if (base + reduced < distance[column]) {
                    distance[column] = base + reduced;
                    previous[column] = current;
                }
                if (nearest < 0 || distance[column] < distance[nearest]) {
                    nearest = column;
                }
            }
            done[nearest] = true;
            current = nearest;
            currentRow = rowOf[nearest];
        }
        double length = distance[current];
        rowPotential[row] += length;
        for (int column = 0; column < columns; column++) {
            if (done[column] && column != current) {
                rowPotential[rowOf[column]] += length - distance[column];
                columnPotential[column] -= length - distance[column];
            }
        }
        while (current >= 0) {
            int before = previous[current];
            rowOf[current] = before < 0 ? row : rowOf[before];
            current = before;
        }
    }

    private static double[][] transposed(double[][] scores, int columns) {
        double[][] transposed = new double[columns][scores.length];
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j][i] = scores[i][j];
            }
        }
        return transposed;
    }

    /** The inverse of a partial injection: position of each of {@code size} values, or -1. */
    private static int[] inverse(int[] values, int size) {
        int[] positions = new int[size];
        Arrays.fill(positions, -1);
        for (int i = 0; i < values.length; i++) {
            if (values[i] >= 0) {
                positions[values[i]] = i;
            }
        }
        return positions;
    }
}
