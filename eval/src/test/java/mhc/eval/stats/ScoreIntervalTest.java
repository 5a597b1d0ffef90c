package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreIntervalTest {

    @ParameterizedTest
    @CsvSource({ // expected: the constrained likelihood maximised numerically with scipy, root found by brentq
        "12, 2, 50, 0.0611124, 0.3447087",
        "30, 20, 200, -0.0198023, 0.1205713",
        "1, 0, 10, -0.2052861, 0.4041500",
        "5, 0, 20, 0.0485935, 0.4687009",
        "0, 0, 25, -0.1331923, 0.1331923",
        "100, 80, 1319, -0.0048155, 0.0353268",
    })
    void agreesWithTheNumericalMaximum(int won, int lost, int n, double low, double high) {
        Interval interval = ScoreInterval.of(won, lost, n);
        assertThat(interval.low()).isCloseTo(low, within(2e-7));
        assertThat(interval.high()).isCloseTo(high, within(2e-7));
        Interval mirrored = ScoreInterval.of(lost, won, n);
        assertThat(mirrored).isEqualTo(new Interval(-interval.high(), -interval.low()));
    }

    @Test
    void noDiscordantPairLeavesAnIntervalThatShrinksWithTheSample() {
        double square = Difference.Z_95 * Difference.Z_95;
        for (int n : new int[] {1, 8, 257, 20_000}) {
            assertThat(ScoreInterval.of(0, 0, n).high()).isCloseTo(square / (n + square), within(1e-12));
        }
    }

    @Test
    void totalAgreementReachesOne() {
        assertThat(ScoreInterval.of(13, 0, 13).high()).isEqualTo(1);
        assertThat(ScoreInterval.of(13, 0, 13).low()).isBetween(0.5, 1.0);
    }

    @Test
    void copiesOfAnExampleInItsClusterCarryNoInformation() {
        List<PairedScores.Pair> once = new ArrayList<>();
        List<PairedScores.Pair> thrice = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            double a = i % 4 == 0 ? 1 : 0;
            double b = i % 3 == 0 ? 1 : 0;
            once.add(new PairedScores.Pair("e" + i, "e" + i, a, b));
            for (int copy = 0; copy < 3; copy++) {
                thrice.add(new PairedScores.Pair("e" + i + "/" + copy, "e" + i, a, b));
            }
        }
        Interval expected = ScoreInterval.of(PairedScores.of(once));
        Interval clustered = ScoreInterval.of(PairedScores.of(thrice));
        assertThat(clustered.low()).isCloseTo(expected.low(), within(2e-3)); // n - 1 against 3 n - 1
        assertThat(clustered.high()).isCloseTo(expected.high(), within(2e-3));
    }
}
