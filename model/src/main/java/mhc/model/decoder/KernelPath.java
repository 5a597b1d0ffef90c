package mhc.model.decoder;

import java.util.List;
import java.util.Optional;
import mhc.datasets.InputException;
import mhc.model.kernels.FusedKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the residual connections of a program are computed, by the name that every prediction carries. */
public enum KernelPath {
    /** Nothing to compute: a plain residual. */
    NONE("none"),
    /** The plain tensor operations of the program itself. */
    REFERENCE("reference"),
    /** Every operation on streams fused. */
    FUSED("fused"),
    /** Reading and writing streams fused, coefficients by the reference: unconstrained hyper-connections. */
    FUSED_APPLY("fused-apply");

    private static final Logger log = LoggerFactory.getLogger(KernelPath.class);

    /** As {@code MAX_STREAMS} of the kernels' {@code kernels.h}. */
    private static final int MOST_STREAMS = 16;

    private final String label;

    KernelPath(String label) {
        this.label = label;
    }

    /**
     * What a wish leads to on this machine; loads the fused kernels if they may be used. The engine must run.
     *
     * @param wanted {@code auto}, {@code fused} or {@code reference}
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws InputException for another word, and for {@code fused} where the library does not load or takes fewer
     *     streams
     */
    public static KernelPath choose(Residual residual, String wanted, String device) {
        if (!List.of("auto", "fused", "reference").contains(wanted)) {
            throw new InputException("kernels is \"" + wanted + "\", expected auto, fused or reference.");
        }
        Optional<String> missing = wanted.equals("reference") ? Optional.empty() : unusable(residual, device);
        if (wanted.equals("fused") && missing.isPresent()) {
            throw new InputException("kernels is fused, but these cannot be used: " + missing.get()
                    + ". Set inference.kernels to auto or reference.");
        }
        missing.filter(reason -> residual.hasStreams())
                .ifPresent(reason -> log.warn("Streams are computed by the reference: {}", reason));
        return of(residual, !wanted.equals("reference") && missing.isEmpty());
    }

    /** Why the fused kernels cannot be used, as the end of a sentence. */
    private static Optional<String> unusable(Residual residual, String device) {
        if (residual instanceof HyperResidual hyper && hyper.streams() > MOST_STREAMS) {
            return Optional.of("they take at most " + MOST_STREAMS + " streams, and hc_mult is " + hyper.streams());
        }
        return FusedKernels.load(device);
    }

    /** What a residual is computed with where the fused kernels are there, or not wanted. */
    public static KernelPath of(Residual residual, boolean fused) {
        if (!residual.hasStreams()) {
            return NONE;
        }
        if (!fused) {
            return REFERENCE;
        }
        return residual.name().equals("mhc") ? FUSED : FUSED_APPLY;
    }

    /**
     * The fused operations that a program of a residual calls on this path.
     *
     * @throws IllegalArgumentException when the path is not one of this residual
     */
    List<Linker.Replacement> replacements(Residual residual) {
        boolean fused = this == FUSED || this == FUSED_APPLY;
        if (this != of(residual, fused)) {
            throw new IllegalArgumentException(
                    "residual " + residual.name() + " has no kernels " + label + " but " + of(residual, fused));
        }
        return !fused
                ? List.of()
                : residual.fusable().entrySet().stream()
                        .map(call -> new Linker.Replacement(call.getKey(), "ops.mhc." + call.getKey(), call.getValue()))
                        .toList();
    }

    @Override
    public String toString() {
        return label;
    }
}
