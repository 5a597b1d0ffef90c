package mhc.model.probe;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.decoder.KernelPath;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.TorchProgram;
import mhc.model.inference.Budget;
import mhc.model.inference.SequenceScorer;
import mhc.model.inference.WorkMeter;

/**
 * Loss of a checkpoint on documents. A document longer than the model is cut into windows that predict every token
 * once, each with as much text before it as fits beside (lm-evaluation-harness 0.4.13, {@code loglikelihood_rolling}).
 */
public final class LossProbe {
    private LossProbe() {}

    /**
     * Losses over all documents.
     *
     * @param bytes of UTF-8
     * @param natsPerToken total loss by total tokens
     * @param bitsPerByte total loss by total bytes, to the base 2
     * @param natsPerTokenError standard error by document (ratio estimator); NaN for a single document
     * @param bitsPerByteError likewise
     */
    public record Result(
            int documents,
            long tokens,
            long bytes,
            double natsPerToken,
            double natsPerTokenError,
            double bitsPerByte,
            double bitsPerByteError) {}

    /** Tokens fed, of which the last {@code predicted.length} predict. */
    private record Window(int document, long[] tokens, long[] predicted, double[] losses, int[] scored)
            implements SequenceScorer.Sequence {
        @Override
        public List<SequenceScorer.Targets> targets() {
            return List.of(new SequenceScorer.Targets(0, tokens.length - predicted.length, predicted));
        }

        @Override
        public Object owner() {
            return this;
        }

        @Override
        public void add(int continuation, float logLikelihood, boolean mostLikely) {
            losses[document] -= logLikelihood;
            scored[document]++;
        }

        @Override
        public void finish(int reused) {
            // The losses are added up already.
        }

        @Override
        public void fail(Answer.Failed failure) {
            throw new InputException(
                    "Document " + (document + 1) + ": " + failure.reason() + " Give the machine more memory.");
        }
    }

    /**
     * Scores every document; blank ones are left out.
     *
     * @throws InputException when no document has a token, or the model's logits are not finite
     */
    public static Result run(Path folder, List<String> documents, InferenceOptions options) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        List<String> texts = documents.stream().filter(text -> !text.isBlank()).toList();
        if (texts.isEmpty()) {
            throw new InputException("The text has no documents: give one that is not empty.");
        }
        KernelPath kernels = LanguageModels.startEngine(checkpoint, options);
        double[] losses = new double[texts.size()];
        int[] scored = new int[texts.size()];
        double[] tokens = new double[texts.size()];
        try (Tokenizer tokenizer = Tokenizer.open(checkpoint);
                TorchProgram program = TorchProgram.load(checkpoint, options, kernels)) {
            List<Window> windows = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                windows.addAll(windows(
                        i,
                        losses,
                        scored,
                        tokenizer.encode(texts.get(i)),
                        tokenizer.requirePrefix(),
                        checkpoint.config().maxLength()));
            }
            windows.forEach(window -> tokens[window.document()] += window.predicted().length);
            SequenceScorer.run(program, Budget.of(options, checkpoint), new WorkMeter(), windows);
        }
        for (int i = 0; i < losses.length; i++) {
            if (scored[i] != tokens[i]) {
                throw new IllegalStateException(
                        "Of " + (int) tokens[i] + " tokens of document " + (i + 1) + ", " + scored[i] + " were scored");
            }
            if (!Double.isFinite(losses[i])) {
                throw new InputException("The model's logits for document " + (i + 1)
                        + " are not finite: the checkpoint is damaged or its training diverged; use another one.");
            }
        }
        double[] bytes = texts.stream()
                .mapToDouble(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .toArray();
        double bits = 1 / Math.log(2);
        return new Result(
                texts.size(),
                (long) sum(tokens),
                (long) sum(bytes),
                sum(losses) / sum(tokens),
                ratioError(losses, tokens),
                bits * sum(losses) / sum(bytes),
                bits * ratioError(losses, bytes));
    }

    private static List<Window> windows(
            int document, double[] losses, int[] scored, long[] ids, long prefix, int maxLength) {
        boolean opened = ids.length > 0 && ids[0] == prefix;
        long[] sequence = opened ? ids : new long[ids.length + 1];
        if (!opened) {
            sequence[0] = prefix;
            System.arraycopy(ids, 0, sequence, 1, ids.length);
        }
        List<Window> windows = new ArrayList<>();
        for (int from = 0; from < sequence.length - 1; from += maxLength) {
            int to = Math.min(sequence.length - 1, from + maxLength);
            windows.add(new Window(
                    document,
                    Arrays.copyOfRange(sequence, Math.max(0, to - maxLength), to),
                    Arrays.copyOfRange(sequence, from + 1, to + 1),
                    losses,
                    scored));
        }
        return windows;
    }

    /** Standard error of sum(y) / sum(x) over independent pairs. */
    private static double ratioError(double[] y, double[] x) {
        int n = y.length;
        double ratio = sum(y) / sum(x);
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double residual = y[i] - ratio * x[i];
            squares += residual * residual;
        }
        return n < 2 ? Double.NaN : Math.sqrt(squares * n / (n - 1)) / sum(x);
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }
}
