package mhc.model.decoder;

import java.util.List;
import mhc.model.kernels.FusedKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What computes between the products of a decoder: attention, norms, rotary embedding, gates, the sums of a plain
 * residual, and what writes into a KV cache.
 */
public enum DecoderOperations {
    /** The engine's operations, by the TorchScript of the program itself. */
    ENGINE,
    /** {@code torch.ops.mhc_decoder} on the processor, most of them in the memory of what they read. */
    FUSED;

    private static final Logger log = LoggerFactory.getLogger(DecoderOperations.class);

    /** Functions that operations take the place of, where a program calls them. */
    private static final List<String> FUSABLE =
            List.of("rms_normed", "add_normed_", "silu_times_", "turned_", "attended", "merge_", "write_tokens_");

    /**
     * The fused ones where they can be had and are not unwanted; loads their library. The engine must run.
     *
     * @param kernels {@code auto}, {@code fused} or {@code reference}
     * @param devices of the program
     */
    public static DecoderOperations choose(String kernels, List<String> devices) {
        if (kernels.equals("reference") || !devices.stream().allMatch("cpu"::equals)) {
            return ENGINE;
        }
        return FusedKernels.load("cpu")
                .map(reason -> {
                    log.info("Attention, norms and gates are computed by the engine: {}", reason);
                    return ENGINE;
                })
                .orElse(FUSED);
    }

    /** The operations for a decoder. */
    List<Linker.Replacement> replacements(Script decoder) {
        if (this == ENGINE) {
            return List.of();
        }
        return FUSABLE.stream()
                .filter(decoder.definitions()::containsKey)
                .map(DecoderOperations::replacement)
                .toList();
    }

    /** The operation of a function's name, wherever a program calls that. */
    static Linker.Replacement replacement(String name) {
        return new Linker.Replacement(name, "ops.mhc_decoder." + name, Linker.Replacement.IF_CALLED);
    }
}
