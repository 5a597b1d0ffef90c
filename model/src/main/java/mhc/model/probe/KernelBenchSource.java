package mhc.model.probe;

import java.util.List;
import java.util.stream.Stream;
import mhc.model.decoder.Binder;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.Linker;
import mhc.model.decoder.Linker.Replacement;
import mhc.model.decoder.Script;

/** The timing loops of {@link KernelBench} over the fused kernels, and over the reference. */
final class KernelBenchSource {
    private static final HyperResidual RESIDUAL =
            new HyperResidual(true, 1, 4, 20, 1e-6, 1e-6, HyperResidual.Collapse.HEAD, true, false);

    private static final List<Replacement> FUSED = Stream.of(
                    "hc_mix",
                    "hc_coeffs",
                    "hc_apply_pre",
                    "hc_pre",
                    "hc_post",
                    "hc_post_",
                    "hc_post_pre",
                    "hc_post_pre_",
                    "hc_head")
            .map(name -> new Replacement(name, "ops.mhc." + name, 0))
            .toList();

    private KernelBenchSource() {}

    static String fused() {
        return link(FUSED);
    }

    static String reference() {
        return link(List.of());
    }

    private static String link(List<Replacement> replacements) {
        return Linker.link(
                List.of(Binder.of(KernelBench.class, "kernel_bench.py").script(), Script.norms(), RESIDUAL.script()),
                replacements);
    }
}
