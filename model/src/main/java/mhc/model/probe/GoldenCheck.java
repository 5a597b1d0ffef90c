package mhc.model.probe;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.ModelConfig;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.TorchProgram;
import mhc.model.inference.GreedyDecoder;

/**
 * Compares a checkpoint's outputs with those recorded beside it in {@code golden.safetensors}: {@code input_ids} [B,S],
 * {@code logits} [B,S,V], {@code comb.<site>} [B,S,n,n] (index [in, out]), {@code gain} [sites, 4] (single forward,
 * single backward, composite forward, composite backward; token mean) and {@code greedy_ids} [1, 24 + 40].
 */
public final class GoldenCheck {
    private static final String FILE = "golden.safetensors";
    private static final int GREEDY_PROMPT = 24;
    private static final double LOGITS = 1e-4;
    private static final double COMB = 2e-5;
    private static final double GAIN = 1e-4;

    private final Checkpoint checkpoint;
    private final SafeTensors golden;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    /**
     * One compared entry.
     *
     * @param worst largest |difference| / (tolerance * max(1, |expected|)), or for ids the number that differ; passes
     *     up to 1, ids at 0 only
     */
    public record Entry(String name, double worst, boolean passed) {}

    /**
     * The comparison.
     *
     * @param skipped entries that the file does not hold
     */
    public record Result(List<Entry> entries, List<String> skipped) {
        public Result {
            entries = List.copyOf(entries);
            skipped = List.copyOf(skipped);
        }

        /** Whether something was compared and all of it agrees. */
        public boolean passed() {
            return !entries.isEmpty() && entries.stream().allMatch(Entry::passed);
        }
    }

    private GoldenCheck(Checkpoint checkpoint, SafeTensors golden) {
        this.checkpoint = checkpoint;
        this.golden = golden;
    }

    /**
     * Runs the comparison; no tokenizer is needed.
     *
     * @throws InputException when the recording is absent, holds an unknown name or does not fit the configuration
     */
    public static Result run(Path folder, InferenceOptions options) {
        Checkpoint checkpoint = Checkpoint.withoutTokenizer(folder);
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new InputException("Model folder " + folder + " has no " + FILE
                    + ": there is nothing to compare with; put a recording there.");
        }
        GoldenCheck check = new GoldenCheck(checkpoint, SafeTensors.open(file));
        check.requireKnownNames();
        KernelPath kernels = LanguageModels.startEngine(checkpoint, options);
        try (TorchProgram program = TorchProgram.load(checkpoint, options, kernels)) {
            check.compareForward(program);
            check.compareGreedy(program);
        }
        return new Result(check.entries, check.skipped);
    }

    private void requireKnownNames() {
        TreeSet<String> unknown = new TreeSet<>(golden.tensors().keySet());
        unknown.removeAll(List.of("input_ids", "logits", "greedy_ids"));
        if (checkpoint.config().residual().hasStreams()) {
            unknown.remove("gain");
            for (int site = 0; site < sites(); site++) {
                unknown.remove("comb." + site);
            }
        }
        if (!unknown.isEmpty()) {
            throw new InputException(golden.file() + " holds " + String.join(", ", unknown)
                    + ", unknown for residual " + checkpoint.config().residual().name() + " with " + sites()
                    + " sites: expected input_ids, logits, greedy_ids, and with streams gain and comb.<site>.");
        }
    }

    private int sites() {
        return 2 * checkpoint.config().layers();
    }

    private void compareForward(TorchProgram program) {
        ModelConfig config = checkpoint.config();
        long[][] ids = ids("input_ids");
        if (ids == null) {
            skipped.add("input_ids");
            if (golden.tensors().keySet().stream().anyMatch(name -> !name.equals("greedy_ids"))) {
                throw new InputException(golden.file() + " has outputs but no input_ids: record them together.");
            }
            return;
        }
        long rows = ids.length;
        long length = ids[0].length;
        TorchProgram.Trace trace = program.trace(ids, golden.tensors().containsKey("logits"));
        compare("logits", List.of(rows, length, (long) config.vocabulary()), LOGITS, at -> trace.logits()[at]);
        if (config.residual() instanceof HyperResidual residual) {
            long n = residual.streams();
            for (int site = 0; site < sites(); site++) {
                float[] comb = trace.combs()[site];
                compare("comb." + site, List.of(rows, length, n, n), COMB, at -> comb[at]);
            }
            List<AmaxGain.Site> gains = AmaxGain.of(trace.combs(), residual.streams());
            compare("gain", List.of((long) sites(), 4L), GAIN, at -> gains.get(at / 4)
                    .columns()
                    .get(at % 4)
                    .mean());
        }
    }

    private void compareGreedy(TorchProgram program) {
        long[][] rows = ids("greedy_ids");
        if (rows == null) {
            skipped.add("greedy_ids");
            return;
        }
        if (rows.length != 1 || rows[0].length <= GREEDY_PROMPT) {
            throw new InputException(golden.file() + ": greedy_ids has shape "
                    + golden.tensors().get("greedy_ids").shape() + ", expected [1, more than " + GREEDY_PROMPT + "].");
        }
        long[] expected = rows[0];
        long[] prompt = java.util.Arrays.copyOf(expected, GREEDY_PROMPT);
        // Our own ids go on, as they did in the recording: after a difference the rest tells nothing more.
        long[] found = GreedyDecoder.continuation(program, prompt, expected.length - GREEDY_PROMPT);
        int wrong = 0;
        for (int i = 0; i < found.length; i++) {
            wrong += found[i] == expected[GREEDY_PROMPT + i] ? 0 : 1;
        }
        entries.add(new Entry("greedy_ids", wrong, wrong == 0));
    }

    private void compare(String name, List<Long> shape, double tolerance, java.util.function.IntToDoubleFunction ours) {
        SafeTensors.Tensor tensor = golden.tensors().get(name);
        if (tensor == null) {
            skipped.add(name);
            return;
        }
        requireShape(tensor, shape);
        double scale = checkpoint.config().residual().name().equals("hc") ? 10 * tolerance : tolerance;
        ByteBuffer bytes = golden.map(tensor);
        double worst = 0;
        for (int at = 0; at < tensor.elements(); at++) {
            double expected = number(tensor, bytes, at);
            double ratio = Math.abs(ours.applyAsDouble(at) - expected) / (scale * Math.max(1, Math.abs(expected)));
            // Math.max carries a NaN on, so that it fails.
            worst = Math.max(worst, ratio);
        }
        entries.add(new Entry(name, worst, worst <= 1));
    }

    private long[][] ids(String name) {
        SafeTensors.Tensor tensor = golden.tensors().get(name);
        if (tensor == null) {
            return null;
        }
        int sides = tensor.shape().size();
        if (tensor.type() != SafeTensors.Type.I64 || sides < 1 || sides > 2 || tensor.elements() == 0) {
            throw new InputException(golden.file() + ": " + name + " has type " + tensor.type() + " and shape "
                    + tensor.shape() + ", expected I64 and [rows, tokens], or [tokens] of one row.");
        }
        int rows = sides == 1 ? 1 : Math.toIntExact(tensor.shape().get(0));
        int length = Math.toIntExact(tensor.shape().get(sides - 1));
        if (length > checkpoint.config().maxLength()) {
            throw new InputException(golden.file() + ": " + name + " has rows of " + length
                    + " tokens, the model takes at most " + checkpoint.config().maxLength() + ".");
        }
        ByteBuffer bytes = golden.map(tensor);
        long[][] ids = new long[rows][length];
        for (int at = 0; at < rows * length; at++) {
            long id = bytes.getLong(at * Long.BYTES);
            if (id < 0 || id >= checkpoint.config().vocabulary()) {
                throw new InputException(golden.file() + ": " + name + " holds token " + id
                        + ", outside the vocabulary of " + checkpoint.config().vocabulary() + ".");
            }
            ids[at / length][at % length] = id;
        }
        return ids;
    }

    private void requireShape(SafeTensors.Tensor tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw new InputException(golden.file() + ": " + tensor.name() + " has shape " + tensor.shape()
                    + ", expected " + shape + ".");
        }
    }

    private double number(SafeTensors.Tensor tensor, ByteBuffer bytes, int at) {
        return switch (tensor.type()) {
            case F32 -> bytes.getFloat(at * Float.BYTES);
            case F64 -> bytes.getDouble(at * Double.BYTES);
            default ->
                throw new InputException(
                        golden.file() + ": " + tensor.name() + " has type " + tensor.type() + ", expected F32 or F64.");
        };
    }
}
