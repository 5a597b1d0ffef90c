package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Few clusters of unequal size: how often does the interval hold the true difference, and does it follow the test? */
class CoverageTest {
    private static final int RUNS = 20_000;

    /** Model b is right more often by this much; whole clusters are easier than others, and suit one of the models. */
    private static final double BETTER = .1;

    @ParameterizedTest
    @CsvSource({"5", "10", "20", "50"})
    void intervalsOfUnequalClustersHoldTheTrueDifference(int clusters) {
        IntUnaryOperator upToThirty = fate -> 1 + fate % 30;
        Random random = new Random(clusters);
        double truth = truth(new Random(1));
        int held = 0;
        int excluded = 0;
        for (int run = 0; run < RUNS; run++) {
            List<ClusterSum> sums = sample(random, clusters, upToThirty);
            double n = sums.stream().mapToInt(ClusterSum::n).sum();
            double delta = sums.stream().mapToDouble(ClusterSum::sum).sum() / n;
            double p = SignFlips.of(sums).p();
            Interval interval = ClusterInterval.around(delta, sums).agreeing(p, delta, (int) n);
            boolean excludes = interval.low() > 0 || interval.high() < 0;
            assertThat(excludes).as("%s, p %s", interval, p).isEqualTo(p < .05);
            held += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
            excluded += excludes ? 1 : 0;
        }
        assertThat((double) held / RUNS).isBetween(.94, .96);
        if (clusters > 5) {
            assertThat(excluded).isBetween(RUNS / 50, RUNS - RUNS / 50); // both cases occurred
        }
    }

    @ParameterizedTest
    @CsvSource({"5", "10", "20", "50"})
    void bootstrapIntervalsHoldNoDifference(int passages) {
        Random random = new Random(passages);
        int runs = 1_000;
        int held = 0;
        for (int run = 0; run < runs; run++) {
            PairedScores scores = PairedScores.of(DifferenceTest.fractions(random, passages, 0));
            Interval interval = ClusterBootstrap.of(scores, 399).interval();
            held += interval.low() <= 0 && 0 <= interval.high() ? 1 : 0;
        }
        assertThat((double) held / runs).isBetween(.935, .97);
    }

    private static List<ClusterSum> sample(Random random, int clusters, IntUnaryOperator size) {
        List<ClusterSum> sums = new ArrayList<>();
        for (int i = 0; i < clusters; i++) {
            int n = size.applyAsInt(random.nextInt(1 << 20));
            double ease = .4 + .2 * random.nextGaussian();
            double liking = .12 * random.nextGaussian();
            double a = within(ease - liking);
            double b = within(ease + liking + BETTER);
            int sum = 0;
            for (int example = 0; example < n; example++) {
                sum += (random.nextDouble() < b ? 1 : 0) - (random.nextDouble() < a ? 1 : 0);
            }
            sums.add(new ClusterSum("c" + i, n, sum));
        }
        return sums;
    }

    /** Chances are kept between 0 and 1, so that the true difference is a little less than what was put in. */
    private static double truth(Random random) {
        double sum = 0;
        int draws = 1_000_000;
        for (int draw = 0; draw < draws; draw++) {
            double ease = .4 + .2 * random.nextGaussian();
            double liking = .12 * random.nextGaussian();
            sum += within(ease + liking + BETTER) - within(ease - liking);
        }
        return sum / draws;
    }

    private static double within(double chance) {
        return Math.max(0, Math.min(1, chance));
    }
}
