package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mhc.eval.stats.PairedScores.Pair;
import org.junit.jupiter.api.Test;

/** A true difference as large as the minimum detectable one is found in four of five repetitions. */
class PowerTest {
    private static final int EXAMPLES = 600;
    private static final int DISCORDANT = 150;
    private static final int TESTS = 8;
    private static final int RUNS = 2_000;

    @Test
    void differencesOfTheMinimumSizeAreFoundAtTheLevelOfHolmsFirstStep() {
        assertThat(power(TESTS)).isBetween(.75, .85);
        assertThat(power(1)).as("a minimum for one test, of eight").isLessThan(.6);
    }

    /** At Holm's first step of a family of {@link #TESTS}, of a difference that is the minimum for {@code tests}. */
    private static double power(int tests) {
        int won = DISCORDANT / 2;
        while (difference(won).delta() < difference(won).minimumDetectable(tests)) {
            won++;
        }
        Random random = new Random(9);
        int found = 0;
        for (int run = 0; run < RUNS; run++) {
            List<ClusterSum> examples = new ArrayList<>();
            for (int i = 0; i < EXAMPLES; i++) {
                int fate = random.nextInt(EXAMPLES);
                double sum = fate < won ? 1 : fate < DISCORDANT ? -1 : 0;
                examples.add(new ClusterSum("e" + i, 1, sum));
            }
            found += SignFlips.of(examples).p() < Difference.LEVEL / TESTS ? 1 : 0;
        }
        return (double) found / RUNS;
    }

    private static Difference difference(int won) {
        return Difference.exact(DifferenceTest.binary(won, DISCORDANT - won, EXAMPLES - DISCORDANT, 0));
    }

    @Test
    void fewClustersThatCannotShowAnythingHaveNoMinimum() {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            pairs.add(new Pair("e" + i, "c" + i % 5, i % 3 == 0 ? 1 : 0, i % 2 == 0 ? 1 : 0));
        }
        assertThat(Difference.exact(PairedScores.of(pairs)).minimumDetectable(1))
                .isEqualTo(1);
    }
}
