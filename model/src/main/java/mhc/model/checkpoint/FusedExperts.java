package mhc.model.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.model.checkpoint.WeightFiles.Stored;

/**
 * Experts that a file holds as one tensor each for all of a layer, as modules of transformers have them: {@code
 * gate_up_proj} [experts, 2 * inner, hidden], the rows of the gate first, and {@code down_proj} [experts, hidden,
 * inner]. Each becomes the part of the file that it is, under the name that it has by itself.
 */
final class FusedExperts {
    private static final Pattern NAME = Pattern.compile("(.*\\.experts\\.)(gate_up_proj|down_proj)");

    private FusedExperts() {}

    /** Adds a tensor to those of a checkpoint, or its parts. */
    static void add(Map<String, Stored> tensors, String name, Stored stored) {
        Matcher fused = NAME.matcher(name);
        List<Long> shape = stored.tensor().shape();
        boolean both = fused.matches() && fused.group(2).equals("gate_up_proj");
        if (!fused.matches() || shape.size() != 3 || (both && shape.get(1) % 2 != 0)) {
            tensors.put(name, stored);
            return;
        }
        for (int expert = 0; expert < shape.get(0); expert++) {
            String one = fused.group(1) + expert + ".";
            if (both) {
                long rows = shape.get(1) / 2;
                put(tensors, one + "gate_proj.weight", stored, 2L * expert, rows);
                put(tensors, one + "up_proj.weight", stored, 2L * expert + 1, rows);
            } else {
                put(tensors, one + "down_proj.weight", stored, expert, shape.get(1));
            }
        }
    }

    /** The part of so many rows that so many others of its size stand before. */
    private static void put(Map<String, Stored> tensors, String name, Stored stored, long before, long rows) {
        SafeTensors.Tensor whole = stored.tensor();
        long columns = whole.shape().get(2);
        long bytes = rows * columns * whole.type().bytes;
        long begin = whole.begin() + before * bytes;
        tensors.put(
                name,
                new Stored(
                        stored.file(),
                        new SafeTensors.Tensor(name, whole.type(), List.of(rows, columns), begin, begin + bytes)));
    }
}
