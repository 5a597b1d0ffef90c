package mhc.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawTest {
    /** First outputs of SplitMix64 for seed 1234567, as published with the reference code of Vigna. */
    @Test
    void theStreamIsSplitMix64() {
        Draw draw = new Draw(1234567);
        long[] published = {6457827717110365317L, 3203168211198807973L, -8629252141511181193L};
        for (long each : published) {
            assertThat(draw.between(0, 999_999)).isEqualTo((int) Long.remainderUnsigned(each, 1_000_000));
        }
    }

    @Test
    void everyValueComesAboutAsOften() {
        Draw draw = Draw.of(1, 2);
        int[] counts = new int[6];
        IntStream.range(0, 60_000).forEach(i -> counts[draw.between(0, 5)]++);
        assertThat(counts)
                .satisfies(all -> assertThat(IntStream.of(all)).allMatch(count -> Math.abs(count - 10_000) < 400));
    }

    @Test
    void aShuffleKeepsEveryValue() {
        List<Integer> values = List.of(1, 2, 3, 4, 5);
        Draw draw = Draw.of(3, 4);
        assertThat(draw.shuffled(values)).containsExactlyInAnyOrderElementsOf(values);
        assertThat(draw.some(values, 3)).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void anIndexHasItsOwnStream() {
        assertThat(Draw.of(1, 2).some(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8))
                .isEqualTo(Draw.of(1, 2).some(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8))
                .isNotEqualTo(Draw.of(1, 3).some(List.of(1, 2, 3, 4, 5, 6, 7, 8), 8));
    }
}
