package mhc.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HolmTest {

    @Test
    void multipliesBySmallerAndSmallerFactorsAndNeverFalls() {
        double[] adjusted = Holm.adjust(new double[] {.04, .01, .03, .005, .9});
        assertThat(adjusted).containsExactly(new double[] {.09, .04, .09, .025, .9}, within(1e-15));
    }

    @Test
    void capsAtOneAndKeepsASinglePValue() {
        assertThat(Holm.adjust(new double[] {.5, .6})).containsExactly(1, 1);
        assertThat(Holm.adjust(new double[] {.03})).containsExactly(.03);
        assertThat(Holm.adjust(new double[0])).isEmpty();
        assertThatThrownBy(() -> Holm.adjust(new double[] {Double.NaN})).hasMessageContaining("outside 0 to 1");
    }
}
