package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StandardErrorTest {
    private static final double[] VALUES = {1, 0, 1, 1, 0, 1, .5, .25, 0, 1};

    @Test
    void meanFollowsTheClosedForm() {
        assertThat(StandardError.ofMean(VALUES)).isCloseTo(0.14930394055974097, within(1e-15)); // numpy std(ddof=1)
        assertThat(StandardError.ofMean(new double[] {0, 1})).isCloseTo(0.5, within(1e-15));
        assertThat(StandardError.ofMean(new double[] {1, 1, 1})).isZero();
        assertThat(StandardError.ofMean(new double[] {1})).isNaN();
        assertThat(StandardError.ofMean(new double[0])).isNaN();
    }

    @Test
    void clusteredEqualsTheDoubleSumOverPairsOfOneCluster() {
        List<String> clusters = List.of("a", "a", "a", "b", "b", "c", "d", "d", "d", "d");
        double mean = IntStream.range(0, 10).mapToDouble(i -> VALUES[i]).sum() / 10;
        double covariance = 0;
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 10; j++) {
                boolean together = clusters.get(i).equals(clusters.get(j));
                covariance += together ? (VALUES[i] - mean) * (VALUES[j] - mean) : 0;
            }
        }
        assertThat(StandardError.clustered(VALUES, Groups.of(clusters)))
                .isCloseTo(Math.sqrt(covariance * 4 / 3) / 10, within(1e-15));
    }

    @Test
    void clustersOfOneExampleGiveTheStandardErrorOfTheMean() {
        List<String> own = IntStream.range(0, 10).mapToObj(i -> "id" + i).toList();
        assertThat(StandardError.clustered(VALUES, Groups.of(own)))
                .isCloseTo(StandardError.ofMean(VALUES), within(1e-15));
        assertThat(StandardError.clustered(
                        VALUES,
                        Groups.of(IntStream.range(0, 10).mapToObj(i -> "one").toList())))
                .isNaN();
        assertThatThrownBy(() -> StandardError.clustered(VALUES, Groups.of(List.of("a"))))
                .hasMessage("10 values for 1 examples");
    }

    @Test
    void repeatingEveryExampleInItsClusterChangesNothing() {
        double[] twice = IntStream.range(0, 20).mapToDouble(i -> VALUES[i / 2]).toArray();
        List<String> clusters =
                IntStream.range(0, 20).mapToObj(i -> "id" + i / 2).toList();
        assertThat(StandardError.clustered(twice, Groups.of(clusters)))
                .isCloseTo(StandardError.ofMean(VALUES), within(1e-15));
    }

    @Test
    void macroMeanAddsVariances() {
        assertThat(StandardError.ofMacroMean(new double[] {.3, .4})).isCloseTo(.25, within(1e-15));
        assertThat(StandardError.ofMacroMean(new double[0])).isNaN();
    }
}
