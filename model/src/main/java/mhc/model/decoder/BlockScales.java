package mhc.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * How 8-bit weights are scaled: beside a weight {@code x.weight} of type F8_E4M3 stands {@code x.weight_scale_inv} with
 * one factor for each block of rows x columns, as in DeepSeek-V3's published checkpoints.
 */
public record BlockScales(int rows, int columns) {
    private static final String SUFFIX = "_scale_inv";

    /** {@code quantization_config}, if there is one; any other kind of quantisation is a problem by name. */
    static Optional<BlockScales> read(JsonFields fields) {
        if (fields.absent("quantization_config")) {
            return Optional.empty();
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

    /** Name of the tensor that scales a weight. */
    public static String nameFor(String weight) {
        return weight + SUFFIX;
    }

    /** Shape that the scales of a weight have. */
    public List<Long> shapeFor(List<Long> weight) {
        return List.of((weight.get(0) + rows - 1) / rows, (weight.get(1) + columns - 1) / columns);
    }
}
