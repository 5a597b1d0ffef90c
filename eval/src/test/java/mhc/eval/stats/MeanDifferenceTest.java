package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeanDifferenceTest {

    /** Recomputed by hand: errors s, s / 2; degrees by Satterthwaite; quantile and tail from scipy.stats.t. */
    @Test
    void agreesWithAnotherComputation() {
        Difference small = Difference.exact(DifferenceTest.binary(3, 1, 3, 1));
        Difference large = Difference.exact(DifferenceTest.binary(12, 2, 30, 6));
        MeanDifference mean = MeanDifference.of(List.of(small, large));
        double first = (4 - 8 * .25 * .25) / 7 / 8;
        double second = (14 - 50 * .2 * .2) / 49 / 50;
        double stderr = Math.sqrt(first + second) / 2;
        double freedom = Math.pow(first + second, 2) / (first * first / 7 + second * second / 49);
        assertThat(mean.benchmarks()).isEqualTo(2);
        assertThat(mean.delta()).isCloseTo(.225, within(1e-15));
        assertThat(freedom).isCloseTo(8.1330, within(1e-3));
        assertThat(mean.high() - mean.delta()).isCloseTo(2.2994567 * stderr, within(1e-6));
        assertThat(mean.delta() - mean.low()).isCloseTo(2.2994567 * stderr, within(1e-6));
        assertThat(mean.p()).isCloseTo(0.1206449, within(1e-6));
    }

    @Test
    void modelsThatNeverDifferHaveAnIntervalAllTheSame() {
        Difference none = Difference.exact(DifferenceTest.binary(0, 0, 20, 20));
        MeanDifference mean = MeanDifference.of(List.of(none, none));
        assertThat(mean.p()).isEqualTo(1);
        assertThat(mean.high()).isPositive().isLessThan(none.high());
        assertThatThrownBy(() -> MeanDifference.of(List.of())).hasMessageContaining("no benchmark");
    }

    @Test
    void claimsADifferenceOfEqualModelsOnceInTwenty() {
        Random random = new Random(12);
        int runs = 2_000;
        int claims = 0;
        for (int run = 0; run < runs; run++) {
            MeanDifference mean = MeanDifference.of(List.of(equal(random, 60), equal(random, 120), equal(random, 240)));
            assertThat(mean.low() > 0 || mean.high() < 0).isEqualTo(mean.p() < .05);
            claims += mean.p() < .05 ? 1 : 0;
        }
        assertThat((double) claims / runs).isBetween(.04, .06);
    }

    private static Difference equal(Random random, int examples) {
        int won = 0;
        int lost = 0;
        for (int i = 0; i < examples; i++) {
            int fate = random.nextInt(5);
            won += fate == 0 ? 1 : 0;
            lost += fate == 1 ? 1 : 0;
        }
        return Difference.exact(DifferenceTest.binary(won, lost, examples - won - lost, 0));
    }
}
