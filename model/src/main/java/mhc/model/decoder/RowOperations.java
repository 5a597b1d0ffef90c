package mhc.model.decoder;

import java.util.List;
import mhc.model.kernels.FusedKernels;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What computes rows of numbers between the products of a decoder: norms, rotary embedding, gates, a plain residual. */
public enum RowOperations {
    /** The engine's operations, by the TorchScript of the program itself. */
    ENGINE,
    /** {@code torch.ops.mhc_rows} on the processor, each in one pass over its numbers and most in their memory. */
    FUSED;

    private static final Logger log = LoggerFactory.getLogger(RowOperations.class);

    /** Functions that operations take the place of, where a program calls them. */
    private static final List<String> FUSABLE = List.of("rms_normed", "add_normed_", "silu_times_", "turned_");

    /**
     * The fused ones where they can be had and are not unwanted; loads their library. The engine must run.
     *
     * @param kernels {@code auto}, {@code fused} or {@code reference}
     * @param devices of the program
     */
    public static RowOperations choose(String kernels, List<String> devices) {
        if (kernels.equals("reference") || !devices.stream().allMatch("cpu"::equals)) {
            return ENGINE;
        }
        return FusedKernels.load("cpu")
                .map(reason -> {
                    log.info("Norms, rotary embedding and gates are computed by the engine: {}", reason);
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
                .map(name -> new Linker.Replacement(name, "ops.mhc_rows." + name, Linker.Replacement.IF_CALLED))
                .toList();
    }
}
