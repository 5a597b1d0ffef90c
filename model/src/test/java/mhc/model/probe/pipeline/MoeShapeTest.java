package mhc.model.probe.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoeShapeTest {
    /** Table 5 gives three digits. */
    @ParameterizedTest
    @CsvSource({
        "3B, 12, 1280, 896, 64, 16, 2.97e9, 612e6, 331e6",
        "9B, 18, 1920, 1280, 64, 24, 9.18e9, 1.66e9, 496e6",
        "27B, 30, 2560, 1536, 72, 32, 27.0e9, 4.14e9, 662e6"
    })
    void hasThePapersParameters(
            String name,
            int layers,
            int hidden,
            int expert,
            int routed,
            int heads,
            double all,
            double active,
            double vocabulary) {
        MoeShape shape = Plans.shape(name, layers, hidden, expert, routed, heads);
        assertThat((double) shape.parameters()).isCloseTo(all, withinPercentage(1));
        assertThat((double) shape.activeParameters()).isCloseTo(active, withinPercentage(1));
        assertThat(2.0 * shape.headWeights()).isCloseTo(vocabulary, withinPercentage(1));
    }
}
