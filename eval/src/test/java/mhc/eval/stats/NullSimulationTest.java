package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mhc.eval.stats.PairedScores.Pair;
import org.junit.jupiter.api.Test;

/** Two equally good models compared again and again: how often is a difference claimed? */
class NullSimulationTest {

    @Test
    void bootstrapClaimsADifferenceOnceInTwenty() {
        Random random = new Random(20240101);
        int runs = 4_000;
        int claims = 0;
        for (int run = 0; run < runs; run++) {
            PairedScores scores = PairedScores.of(DifferenceTest.fractions(random, 50, 0));
            claims += ClusterBootstrap.of(scores, 399).p() < .05 ? 1 : 0;
        }
        assertThat((double) claims / runs).isBetween(.04, .06);
    }

    @Test
    void exactTestNeverClaimsMoreThanItsLevelAndMidPComesClose() {
        Random random = new Random(5);
        int runs = 4_000;
        int exact = 0;
        int mid = 0;
        for (int run = 0; run < runs; run++) {
            SignFlips test = SignFlips.of(clusters(random, 300, 1));
            exact += test.p() < .05 ? 1 : 0;
            mid += test.midP() < .05 ? 1 : 0;
        }
        assertThat((double) exact / runs).isBetween(.02, .05);
        assertThat((double) mid / runs).isBetween(.04, .06).isGreaterThan((double) exact / runs);
    }

    @Test
    void exactTestKeepsItsLevelWhenExamplesShareTheirFate() {
        Random random = new Random(6);
        int runs = 2_000;
        int clustered = 0;
        int independent = 0;
        for (int run = 0; run < runs; run++) {
            List<ClusterSum> clusters = clusters(random, 60, 8);
            clustered += SignFlips.of(clusters).p() < .05 ? 1 : 0;
            List<ClusterSum> split = new ArrayList<>();
            for (ClusterSum cluster : clusters) {
                for (int i = 0; i < Math.abs(cluster.sum()); i++) {
                    split.add(new ClusterSum(cluster.cluster() + i, 1, Math.signum(cluster.sum())));
                }
            }
            independent += SignFlips.of(split).p() < .05 ? 1 : 0;
        }
        assertThat((double) clustered / runs).isBetween(.02, .06);
        assertThat((double) independent / runs)
                .as("what ignoring clusters would do")
                .isGreaterThan(.2);
    }

    /** Clusters of up to {@code most} examples on which one of the two models, tossed by cluster, does better. */
    private static List<ClusterSum> clusters(Random random, int count, int most) {
        List<ClusterSum> clusters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int size = 1 + random.nextInt(most);
            int won = random.nextInt(3) == 0 ? size : 0;
            clusters.add(new ClusterSum("c" + i, size, random.nextBoolean() ? won : -won));
        }
        return clusters;
    }

    @Test
    void intervalsHoldTheTrueDifference() {
        Random random = new Random(8);
        int runs = 3_000;
        int held = 0;
        for (int run = 0; run < runs; run++) {
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < 40; i++) { // b right where a is wrong: 25%, the reverse: 5%
                double fate = random.nextDouble();
                double a = fate < .05 || fate > .6 ? 1 : 0;
                double b = fate > .35 ? 1 : 0;
                pairs.add(new Pair("e" + i, "e" + i, a, b));
            }
            Interval interval = ScoreInterval.of(PairedScores.of(pairs));
            held += interval.low() <= .2 && interval.high() >= .2 ? 1 : 0;
        }
        assertThat((double) held / runs).isBetween(.935, .97);
    }
}
