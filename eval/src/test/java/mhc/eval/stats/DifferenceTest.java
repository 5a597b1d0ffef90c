package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import mhc.eval.stats.PairedScores.Pair;
import org.junit.jupiter.api.Test;

class DifferenceTest {

    @Test
    void countsAndTestsAHandMadeTable() {
        Difference difference = Difference.exact(binary(12, 2, 30, 6));
        assertThat(difference.n()).isEqualTo(50);
        assertThat(difference.clusters()).isEqualTo(50);
        assertThat(difference.delta()).isCloseTo(.2, within(1e-15));
        assertThat(difference.low()).isCloseTo(0.0611124, within(1e-7));
        assertThat(difference.high()).isCloseTo(0.3447087, within(1e-7));
        assertThat(difference.test()).isEqualTo(Difference.Test.MCNEMAR);
        assertThat(difference.p()).isCloseTo(2 * (1 + 14 + 91) / 16384.0, within(1e-14));
        assertThat(difference.midP()).isCloseTo((2 * (1 + 14) + 91) / 16384.0, within(1e-14));
        assertThat(List.of(difference.won(), difference.lost(), difference.tied()))
                .containsExactly(12, 2, 36);
        double stderr = Math.sqrt((14 - 50 * .2 * .2) / 49 / 50);
        assertThat(difference.stderr()).isCloseTo(stderr, within(1e-15));
        // t with 49 degrees: quantiles 0.975, 0.99375 and 0.8 from scipy.stats.t.ppf
        assertThat(difference.minimumDetectable(1)).isCloseTo((2.00957524 + 0.84901840) * stderr, within(1e-6));
        assertThat(difference.minimumDetectable(4)).isCloseTo((2.59325966 + 0.84901840) * stderr, within(1e-6));
    }

    @Test
    void twoModelsThatNeverDifferAreNoise() {
        for (Difference difference :
                List.of(Difference.exact(binary(0, 0, 3, 5)), Difference.bootstrap(binary(0, 0, 3, 5)))) {
            double half = 1.959963984540054 * 1.959963984540054 / (8 + 1.959963984540054 * 1.959963984540054);
            assertThat(difference.p()).isEqualTo(1);
            assertThat(difference.delta()).isZero();
            assertThat(difference.high()).isCloseTo(half, within(1e-12));
            assertThat(difference.low()).isCloseTo(-half, within(1e-12));
            assertThat(difference.minimumDetectable(1)).isBetween(half, 1.0);
        }
    }

    @Test
    void oneExampleProvesNothing() {
        Difference exact = Difference.exact(binary(1, 0, 0, 0));
        assertThat(exact.p()).isEqualTo(1);
        assertThat(exact.low()).isNegative();
        assertThat(exact.high()).isEqualTo(1);
        Difference bootstrap = Difference.bootstrap(PairedScores.of(List.of(new Pair("x", "x", .25, .5))));
        assertThat(bootstrap.p()).isEqualTo(1);
        assertThat(List.of(bootstrap.low(), bootstrap.high())).containsExactly(-1.0, 1.0);
        assertThat(bootstrap.minimumDetectable(1)).isEqualTo(1);
    }

    @Test
    void agreementOfEveryClusterCountsAsManySigns() {
        List<Pair> alike = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            alike.add(new Pair("e" + i, "e" + i, .25, .75));
        }
        Difference twelve = Difference.bootstrap(PairedScores.of(alike));
        assertThat(twelve.p()).isEqualTo(1 / 2048.0);
        assertThat(List.of(twelve.low(), twelve.high())).containsExactly(.5, .5);
        Difference five = Difference.bootstrap(PairedScores.of(alike.subList(0, 5)));
        assertThat(five.p()).isEqualTo(1 / 16.0);
        assertThat(five.low()).isNegative();
    }

    @Test
    void orderOfExamplesChangesNothing() {
        List<Pair> pairs = fractions(new Random(7), 40, .1);
        Difference expected = Difference.bootstrap(PairedScores.of(pairs));
        List<Pair> shuffled = new ArrayList<>(pairs);
        for (int seed = 0; seed < 3; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(Difference.bootstrap(PairedScores.of(shuffled))).isEqualTo(expected);
        }
    }

    @Test
    void exchangingTheModelsMirrorsTheResult() {
        for (double lead : new double[] {0, .02, .2}) {
            List<Pair> pairs = fractions(new Random(11), 40, lead);
            Difference there = Difference.bootstrap(PairedScores.of(pairs));
            Difference back = Difference.bootstrap(PairedScores.of(pairs.stream()
                    .map(pair -> new Pair(pair.id(), pair.cluster(), pair.b(), pair.a()))
                    .toList()));
            assertThat(back.p()).isEqualTo(there.p());
            assertThat(back.delta()).isEqualTo(-there.delta());
            assertThat(back.low()).isCloseTo(-there.high(), within(1e-12));
            assertThat(back.high()).isCloseTo(-there.low(), within(1e-12));
            assertThat(List.of(back.won(), back.lost(), back.tied()))
                    .containsExactly(there.lost(), there.won(), there.tied());
        }
    }

    @Test
    void bootstrapIntervalExcludesZeroExactlyWhenItsTestRejects() {
        Random random = new Random(3);
        int rejected = 0;
        for (int run = 0; run < 60; run++) {
            Difference difference = Difference.bootstrap(PairedScores.of(fractions(random, 25, .05)));
            boolean excludes = difference.low() > 0 || difference.high() < 0;
            assertThat(excludes).as("%s", difference).isEqualTo(difference.p() < .05);
            rejected += excludes ? 1 : 0;
        }
        assertThat(rejected).isBetween(5, 55); // both cases occurred
    }

    @Test
    void sharedClustersWidenTheIntervalAndWeakenTheTest() {
        List<Pair> own = new ArrayList<>();
        List<Pair> shared = new ArrayList<>();
        for (int i = 0; i < 80; i++) { // whole passages won or lost
            double a = i / 8 < 2 ? 1 : 0;
            double b = i / 8 >= 2 && i / 8 < 8 ? 1 : 0;
            own.add(new Pair("e" + i, "e" + i, a, b));
            shared.add(new Pair("e" + i, "passage" + i / 8, a, b));
        }
        Difference independent = Difference.exact(PairedScores.of(own));
        Difference clustered = Difference.exact(PairedScores.of(shared));
        assertThat(clustered.test()).isEqualTo(Difference.Test.CLUSTERED_MCNEMAR);
        assertThat(clustered.p()).isCloseTo(74 / 256.0, within(1e-14)); // 6 passages against 2
        assertThat(independent.p()).isLessThan(1e-4);
        assertThat(clustered.high() - clustered.low()).isGreaterThan(2 * (independent.high() - independent.low()));
        assertThat(clustered.minimumDetectable(1)).isGreaterThan(2 * independent.minimumDetectable(1));
    }

    @Test
    void refusesWhatItCannotCompare() {
        Pair fraction = new Pair("x", "x", .5, 1);
        assertThatThrownBy(() -> Difference.exact(PairedScores.of(List.of(fraction))))
                .hasMessage("An exact test wants scores of 0 and 1 only");
        assertThatThrownBy(() -> PairedScores.of(List.of(fraction, fraction))).hasMessage("Example x comes twice");
        assertThatThrownBy(() -> PairedScores.of(List.of())).hasMessage("There is no example to compare on");
        assertThatThrownBy(() -> PairedScores.of(List.of(new Pair("x", "x", Double.NaN, 1))))
                .hasMessageContaining("expected 0 to 1");
    }

    static PairedScores binary(int won, int lost, int bothRight, int bothWrong) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < won + lost + bothRight + bothWrong; i++) {
            double a = i >= won && i < won + lost + bothRight ? 1 : 0;
            double b = i < won || i >= won + lost && i < won + lost + bothRight ? 1 : 0;
            pairs.add(new Pair("e" + i, "e" + i, a, b));
        }
        return PairedScores.of(pairs);
    }

    /** Token F1 scores on passages of unequal length, some easier than others; {@code lead}: how much better b is. */
    static List<Pair> fractions(Random random, int passages, double lead) {
        List<Pair> pairs = new ArrayList<>();
        for (int passage = 0; passage < passages; passage++) {
            double ease = random.nextDouble();
            double liking = .3 * random.nextGaussian(); // one model may happen to suit a passage
            int questions = 1 + random.nextInt(30);
            for (int question = 0; question < questions; question++) {
                double a = f1(random, ease - liking);
                double b = f1(random, ease + liking + lead);
                pairs.add(new Pair("drop/" + passage + "/" + question, "passage" + passage, a, b));
            }
        }
        return pairs;
    }

    private static double f1(Random random, double chance) {
        double[] values = {0, .33, .5, .67, 1};
        int partial = 1 + random.nextInt(3);
        return random.nextDouble() < chance ? random.nextDouble() < .8 ? 1 : values[partial] : 0;
    }
}
