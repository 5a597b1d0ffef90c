package mhc.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;

class KernelPathTest {
    /** More than the kernels take. */
    private static final HyperResidual SEVENTEEN =
            new HyperResidual(true, 8, 17, 20, 1e-6, 1e-6, HyperResidual.Collapse.HEAD, true, false);

    @Test
    void moreStreamsThanTheKernelsTakeRunOnTheReference() {
        assertThat(KernelPath.choose(SEVENTEEN, "auto", "cpu")).isEqualTo(KernelPath.REFERENCE);
    }

    @Test
    void fusedKernelsThatDoNotFitAreRefusedByName() {
        assertThatThrownBy(() -> KernelPath.choose(SEVENTEEN, "fused", "cpu"))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "kernels is fused, but these cannot be used: they take at most 16 streams, and hc_mult is 17."
                                + " Set inference.kernels to auto or reference.");
    }
}
