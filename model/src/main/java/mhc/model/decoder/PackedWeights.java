package mhc.model.decoder;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Matrices in the order in which a product reads them. An x86 processor multiplies by them faster than by rows as they
 * are stored, most of all few tokens: a decoding step reads each weight once, in sequence. They are copies in memory,
 * where weights that are stored in the compute type stay in their mapped file.
 */
public enum PackedWeights {
    /** Weights stay as they are stored: other devices, where libraries pack for themselves. */
    NONE,
    /** As the engine's own product does. */
    ONEDNN,
    /**
     * In panels, as the product of {@code torch.ops.mhc_decoder} does, whose rows have the same bits in any company: on
     * processors with AVX2 and without AVX-512, where it is faster, and where that is wanted.
     */
    PANELS;

    /**
     * On several devices, only where all of them are the processor.
     *
     * @param devices {@code cpu}, {@code cuda} or {@code cuda:N}
     * @param operations of the program, which has the fused product only among these
     * @param rowsAlike whether a row is to have the same bits in any company, if that can be had
     */
    public static PackedWeights on(List<String> devices, DecoderOperations operations, boolean rowsAlike) {
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (!processor.equals("amd64") || !devices.stream().allMatch("cpu"::equals)) {
            return NONE;
        }
        boolean panels = rowsAlike || ProcessorFlags.here().multiplyEightAtMost();
        return operations == DecoderOperations.FUSED && panels ? PANELS : ONEDNN;
    }

    /** Indices of a program's weights to pack; an embedding to be multiplied by stands behind all. */
    public int[] of(Program program, ComputeType type) {
        int[] matrices = of(program.tensors(), type);
        return program.packsEmbedding(this)
                ? IntStream.concat(
                                Arrays.stream(matrices),
                                IntStream.of(program.tensors().size()))
                        .toArray()
                : matrices;
    }

    /** Indices of the tensors to pack. */
    public int[] of(List<TensorSpec> tensors, ComputeType type) {
        return of(tensors, type, ProcessorFlags.here());
    }

    /** Those of bfloat16 only where a product takes such numbers: elsewhere the engine widens them first. */
    int[] of(List<TensorSpec> tensors, ComputeType type, ProcessorFlags processor) {
        if (this == NONE) {
            return new int[0];
        }
        boolean all = type == ComputeType.FLOAT32 || this == PANELS || processor.multiplyBfloat16();
        return IntStream.range(0, tensors.size())
                .filter(i -> tensors.get(i).onlyMultiplied())
                .filter(i -> all || tensors.get(i).kind() != TensorSpec.Kind.COMPUTE)
                .toArray();
    }

    /** TorchScript of {@code linear(x, matrix, bias?)} over either form of a matrix, and of what packs some. */
    public Script script() {
        return script(Optional.empty());
    }

    /** The same where some matrices may be held as their file stores them. */
    Script script(Optional<BlockScales> compressed) {
        Script products = Binder.of(Script.class, this == NONE ? "products_stored.py" : "products_packed.py")
                .script();
        Script matrices = compressed
                .map(scales -> Binder.of(Script.class, "matrices_compressed.py")
                        .set("FLOAT8", ComputeType.FLOAT8_E4M3)
                        .set("BLOCK_COLUMNS", scales.columns())
                        .set("RUN_COLUMNS", BlockScales.FP4.columns())
                        .script())
                .orElseGet(() -> Binder.of(Script.class, "matrices_whole.py").script());
        return products.and(matrices);
    }

    /** Functions of {@link #script()} that operations take the place of. */
    public List<Linker.Replacement> replacements() {
        return replacements(Optional.empty());
    }

    /** Where no matrix is packed or compressed, products are the engine's and need no function between. */
    List<Linker.Replacement> replacements(Optional<BlockScales> compressed) {
        if (this == PANELS) {
            return Stream.of("panels", "panel_product")
                    .map(DecoderOperations::replacement)
                    .toList();
        }
        return this == NONE && compressed.isEmpty()
                ? List.of(new Linker.Replacement("linear", "torch.linear", 0))
                : List.of();
    }
}
