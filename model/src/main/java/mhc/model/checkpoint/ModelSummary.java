package mhc.model.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.LayerState;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;

/**
 * What a checkpoint is, read from its files without the tensor engine.
 *
 * @param parameters elements of all weight tensors, tied ones counted once
 * @param storedTypes element types in the files, such as {@code F32}
 * @param cacheBytesPerToken keys and values (or latents) that one token leaves behind, in the compute type, on average
 * @param fixedCacheBytes what a sequence leaves besides, however long it is
 * @param state both by kind of layer
 * @param expandedBytes of the weights while the model runs, in the compute type
 * @param storedBytes the same where weights of 8 and 4 bits are held as they are stored
 */
public record ModelSummary(
        String architecture,
        String residual,
        long parameters,
        String storedTypes,
        int layers,
        int hidden,
        int heads,
        int vocabulary,
        int maxLength,
        double cacheBytesPerToken,
        long fixedCacheBytes,
        List<LayerState> state,
        long expandedBytes,
        long storedBytes) {

    public ModelSummary {
        state = List.copyOf(state);
    }

    /**
     * Reads a folder; no tokenizer is needed.
     *
     * @throws InputException naming what is missing or wrong, and the remedy
     */
    public static ModelSummary of(Path folder) {
        return of(folder, InferenceOptions.DEFAULT.dtype());
    }

    /** The same for a compute type, {@code float32} or {@code bfloat16}. */
    public static ModelSummary of(Path folder, String dtype) {
        return of(Checkpoint.withoutTokenizer(folder), ComputeType.of(dtype));
    }

    /** The same of a checkpoint that is open. */
    public static ModelSummary of(Checkpoint checkpoint) {
        return of(checkpoint, ComputeType.FLOAT32);
    }

    private static ModelSummary of(Checkpoint checkpoint, ComputeType type) {
        ModelConfig config = checkpoint.config();
        TreeSet<String> types = new TreeSet<>();
        checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .forEach(spec ->
                        types.add(checkpoint.weights().get(spec).tensor().type().name()));
        return new ModelSummary(
                config.architecture(),
                config.residual().name(),
                checkpoint.parameters(),
                String.join(", ", types),
                config.layers(),
                config.hidden(),
                config.attention().heads(),
                config.vocabulary(),
                config.maxLength(),
                config.cacheBytesPerToken(type),
                config.fixedCacheBytes(type),
                LayerState.of(config, type),
                heldBytes(checkpoint, type, false),
                heldBytes(checkpoint, type, true));
    }

    private static long heldBytes(Checkpoint checkpoint, ComputeType type, boolean stored) {
        return checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .mapToLong(spec -> checkpoint.heldBytes(spec, type, stored))
                .sum();
    }
}
