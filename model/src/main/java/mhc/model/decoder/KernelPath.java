package mhc.model.decoder;

import java.util.List;
import java.util.Optional;
import mhc.datasets.InputException;
import mhc.model.kernels.FusedKernels;

/** How the residual connections of a program are computed, by the name that every prediction carries. */
public enum KernelPath {
    /** Nothing to compute: a plain residual. */
    NONE("none", List.of()),
    /** The plain tensor operations of the program itself. */
    REFERENCE("reference", List.of()),
    /** Every operation on streams fused. */
    FUSED("fused", List.of("hc_mix", "hc_coeffs", "hc_apply_pre", "hc_pre", "hc_post_", "hc_post_pre_", "hc_head")),
    /** Reading and writing streams fused, coefficients by the reference: unconstrained hyper-connections. */
    FUSED_APPLY("fused-apply", List.of("hc_apply_pre", "hc_post_"));

    private final String label;
    private final List<String> fused;

    KernelPath(String label, List<String> fused) {
        this.label = label;
        this.fused = fused;
    }

    /**
     * What a wish leads to on this machine; loads the fused kernels if they may be used. The engine must run.
     *
     * @param wanted {@code auto}, {@code fused} or {@code reference}
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws InputException for another word, and for {@code fused} where the library does not load
     */
    public static KernelPath choose(Residual residual, String wanted, String device) {
        if (!List.of("auto", "fused", "reference").contains(wanted)) {
            throw new InputException("kernels is \"" + wanted + "\", expected auto, fused or reference.");
        }
        Optional<String> missing = wanted.equals("reference") ? Optional.empty() : FusedKernels.load(device);
        if (wanted.equals("fused") && missing.isPresent()) {
            throw new InputException("kernels is fused, but these cannot be used: " + missing.get()
                    + ". Set inference.kernels to auto or reference.");
        }
        return of(residual, !wanted.equals("reference") && missing.isEmpty());
    }

    /** What a residual is computed with where the fused kernels are there, or not wanted. */
    static KernelPath of(Residual residual, boolean fused) {
        if (!residual.hasStreams()) {
            return NONE;
        }
        if (!fused) {
            return REFERENCE;
        }
        return residual.name().equals("mhc") ? FUSED : FUSED_APPLY;
    }

    /** The program with its reference functions replaced by the fused operations of the same name and signature. */
    public String rewrite(String source) {
        String rewritten = source;
        for (String op : fused) {
            rewritten = rewritten.replace("__torch__." + op + "(", "ops.mhc." + op + "(");
        }
        return rewritten;
    }

    @Override
    public String toString() {
        return label;
    }
}
