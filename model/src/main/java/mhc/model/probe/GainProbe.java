package mhc.model.probe;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.KernelPath;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.TorchProgram;

/** Gains of a checkpoint's residual mappings on a text (arXiv 2512.24880, section 5.4). */
public final class GainProbe {
    private GainProbe() {}

    /**
     * Gains of every site; site 2i is the attention and 2i + 1 the feed-forward of layer i.
     *
     * @param tokens of the text that were used, from its start, at most the model's length
     */
    public record Result(int tokens, List<AmaxGain.Site> sites) {
        public Result {
            sites = List.copyOf(sites);
        }
    }

    /**
     * Runs the model over the start of a text as one sequence.
     *
     * @throws InputException when the checkpoint has no residual streams or the text no tokens
     */
    public static Result run(Path folder, String text, InferenceOptions options) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        if (!(checkpoint.config().residual() instanceof HyperResidual residual)) {
            throw new InputException("Model folder " + folder + " has residual none and thus no stream matrices: give a"
                    + " checkpoint with residual hc or mhc.");
        }
        KernelPath kernels = LanguageModels.startEngine(checkpoint, options);
        try (Tokenizer tokenizer = Tokenizer.open(checkpoint);
                TorchProgram program = TorchProgram.load(checkpoint, options, kernels)) {
            long[] ids = tokenizer.encode(text);
            if (ids.length == 0) {
                throw new InputException("The text has no tokens: give one that is not empty.");
            }
            long[] used =
                    Arrays.copyOf(ids, Math.min(ids.length, checkpoint.config().maxLength()));
            float[][] combs = program.trace(new long[][] {used}, false).combs();
            return new Result(used.length, AmaxGain.of(combs, residual.streams()));
        }
    }
}
