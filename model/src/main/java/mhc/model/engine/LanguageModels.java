package mhc.model.engine;

import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.KernelPath;

/** Opens checkpoints as language models. */
public final class LanguageModels {
    private LanguageModels() {}

    /**
     * Loads a checkpoint onto a device.
     *
     * @param folder with {@code config.json}, {@code *.safetensors} and {@code tokenizer.json}
     * @throws InputException when the checkpoint, an option, the device or the engine is not usable
     */
    public static LanguageModel open(Path folder, InferenceOptions options) {
        return open(Checkpoint.open(folder), options);
    }

    /**
     * Loads a checkpoint that is open onto a device.
     *
     * @throws InputException when its weights, an option, the device or the engine is not usable
     */
    public static LanguageModel open(Checkpoint checkpoint, InferenceOptions options) {
        KernelPath kernels = startEngine(checkpoint, options);
        Tokenizer tokenizer = Tokenizer.open(checkpoint);
        try {
            return new CheckpointModel(
                    checkpoint, TorchProgram.load(checkpoint, options, kernels), tokenizer, options, kernels);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Starts the engine of this process and returns the kernel path that the options lead to. */
    public static KernelPath startEngine(Checkpoint checkpoint, InferenceOptions options) {
        ComputeType.of(options.dtype());
        if (options.maxBatchTokens() < 1 || options.threads() < 1) {
            throw new InputException("max-batch-tokens is " + options.maxBatchTokens() + " and threads "
                    + options.threads() + ": both must be at least 1.");
        }
        if (!List.of("expanded", "stored").contains(options.weights())) {
            throw new InputException("weights is \"" + options.weights() + "\", expected expanded or stored.");
        }
        Torch.start(options.threads());
        // One program runs on all devices: on kernels that each of them has.
        List<KernelPath> paths = options.devices().stream()
                .distinct()
                .map(device -> KernelPath.choose(checkpoint.config().residual(), options.kernels(), device))
                .toList();
        return paths.contains(KernelPath.REFERENCE) ? KernelPath.REFERENCE : paths.get(0);
    }
}
