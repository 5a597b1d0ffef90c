package mhc.model;

import java.nio.file.Path;
import java.util.TreeSet;
import mhc.datasets.InputException;

/**
 * What a checkpoint is, read from its files without the tensor engine.
 *
 * @param parameters elements of all weight tensors, tied ones counted once
 * @param storedTypes element types in the files, such as {@code F32}
 * @param cacheBytesPerToken keys and values that one token leaves behind, in float32
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
        long cacheBytesPerToken) {

    /**
     * Reads a folder; no tokenizer is needed.
     *
     * @throws InputException naming what is missing or wrong, and the remedy
     */
    public static ModelSummary of(Path folder) {
        return of(Checkpoint.withoutTokenizer(folder));
    }

    /** The same of a checkpoint that is open. */
    public static ModelSummary of(Checkpoint checkpoint) {
        ModelConfig config = checkpoint.config();
        TreeSet<String> types = new TreeSet<>();
        checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .forEach(spec -> types.add(
                        checkpoint.weights().get(spec.name()).tensor().type().name()));
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
                config.cacheBytesPerToken());
    }
}
