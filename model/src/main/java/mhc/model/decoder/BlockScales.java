package mhc.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * How 8-bit weights are scaled: beside a weight {@code x.weight} of type F8_E4M3 stands {@code x.weight_scale_inv} with
 * one factor for each block of rows x columns, as in DeepSeek-V3's published checkpoints, or {@code x.scale} as in
 * DeepSeek-V4's. Factors are F32 or powers of two (F8_E8M0).
 */
public record BlockScales(int rows, int columns) {
    /** Inputs of one factor where a byte holds two numbers of 4 bits (FP4): [1, 32]. */
    public static final BlockScales FP4 = new BlockScales(1, 32);

    /** What published checkpoints have where nothing else is said. */
    static final BlockScales USUAL = new BlockScales(128, 128);

    private static final String WEIGHT = ".weight";
    private static final String SUFFIX = "_scale_inv";

    /**
     * {@code quantization_config}, if there is one; any other kind of quantisation is a problem by name.
     *
     * @param otherwise what a family has where nothing is said
     */
    static Optional<BlockScales> read(JsonFields fields, Optional<BlockScales> otherwise) {
        if (fields.absent("quantization_config")) {
            return otherwise;
        }
        JsonFields group = fields.group("quantization_config");
        group.choice("quant_method", "", "fp8");
        group.choice("fmt", "e4m3", "e4m3");
        JsonNode block = group.node("weight_block_size");
        boolean fits = block.isArray()
                && block.size() == 2
                && block.get(0).isInt()
                && block.get(1).isInt()
                && block.get(0).intValue() > 0
                && block.get(1).intValue() > 0;
        if (!fits) {
            group.problem("weight_block_size is " + (block.isMissingNode() ? "absent" : block)
                    + ", expected two positive numbers; weights of other 8-bit schemes are to be converted to"
                    + " bfloat16");
            return Optional.empty();
        }
        return Optional.of(new BlockScales(block.get(0).intValue(), block.get(1).intValue()));
    }

    /** Names that the tensor that scales a weight may have. */
    public static List<String> namesFor(String weight) {
        return weight.endsWith(WEIGHT)
                ? List.of(weight + SUFFIX, weight.substring(0, weight.length() - WEIGHT.length()) + ".scale")
                : List.of(weight + SUFFIX);
    }

    /** Shape in which a matrix of 4-bit numbers is stored, two of a row to a byte. */
    public static List<Long> packed(List<Long> weight) {
        return List.of(weight.get(0), weight.get(1) / 2);
    }

    /** Bytes of an 8-bit matrix that is held as it is stored, with four for each scale of each row. */
    public long heldBytes(List<Long> weight) {
        return weight.get(0) * (weight.get(1) + Float.BYTES * shapeFor(weight).get(1));
    }

    /** Bytes of a 4-bit matrix that is held as it is stored, with one for each scale. */
    public static long heldPackedBytes(List<Long> weight) {
        return weight.get(0) * (weight.get(1) / 2 + FP4.shapeFor(weight).get(1));
    }

    /** Shape that the scales of a weight have. */
    public List<Long> shapeFor(List<Long> weight) {
        return List.of((weight.get(0) + rows - 1) / rows, (weight.get(1) + columns - 1) / columns);
    }
}
