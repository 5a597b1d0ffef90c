package mhc.model.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import mhc.datasets.InputException;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.SafeTensorsWriter;
import mhc.model.checkpoint.Tokenizer;
import mhc.model.checkpoint.TokenizerJson;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * One model in training. On one thread of the engine its numbers depend on its options and documents alone: a training
 * that was stopped and continued equals one that was not, to the bit. Not thread-safe.
 *
 * <p>A checkpoint folder holds the weights as any model's; beside it a file of state holds everything that the next
 * step depends on. Each file appears whole, the state first: whenever the process ends, the newest state is a good one.
 */
public final class Trainer implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final String STEPS = "steps";
    private static final String DOCUMENT = "document";
    private static final String TOKEN = "token";
    private static final String FIRST = "first.";
    private static final String SECOND = "second.";

    private final Path folder;
    private final Path state;
    private final TrainingOptions options;
    private final List<TensorSpec> specs;
    private final Tokenizer tokenizer;
    private final long endOfText;
    private final PackedDocuments rows;
    private final TrainingProgram program;
    private long steps;

    private Trainer(Path folder, Path state, TrainingOptions options, LongFunction<String> documents, boolean resumed) {
        this.folder = folder;
        this.state = state;
        this.options = options;
        Checkpoint checkpoint = Checkpoint.open(folder);
        ModelConfig config = checkpoint.config();
        Program decoder = checkpoint.program();
        this.specs = decoder.tensors()
                .subList(Program.FREQUENCIES + 1, decoder.tensors().size());
        this.tokenizer = Tokenizer.open(checkpoint);
        Initialisation initialisation = new Initialisation(config, options.learned(), options.seed());
        List<float[]> weights;
        List<float[]> firsts;
        List<float[]> seconds;
        PackedDocuments.Position position;
        if (resumed) {
            SafeTensors file = SafeTensors.open(state);
            weights = values(file, "");
            firsts = values(file, FIRST);
            seconds = values(file, SECOND);
            steps = Long.parseLong(file.metadata().get(STEPS));
            position = new PackedDocuments.Position(
                    Long.parseLong(file.metadata().get(DOCUMENT)),
                    Integer.parseInt(file.metadata().get(TOKEN)));
        } else {
            weights = specs.stream().map(initialisation::values).toList();
            firsts =
                    specs.stream().map(spec -> new float[(int) spec.elements()]).toList();
            seconds = firsts;
            position = new PackedDocuments.Position(0, 0);
        }
        this.endOfText = config.endTokens().get(0);
        this.rows = new PackedDocuments(index -> tokenizer.encode(documents.apply(index)), endOfText, position);
        this.program = new TrainingProgram(
                config,
                weights,
                firsts,
                seconds,
                specs.stream().map(initialisation::mask).toList(),
                options.decay(),
                options.clip(),
                options.recompute(),
                options.device());
    }

    /**
     * Begins with new weights, and writes them as the first checkpoint.
     *
     * @param folder of the checkpoint
     * @param state file beside it
     * @param tokenizer with at most as many tokens as the vocabulary
     * @param endOfText the token that ends a text
     * @param note what every table says of the model
     * @param documents by index from zero
     */
    public static Trainer begin(
            Path folder,
            Path state,
            TrainingOptions options,
            TokenizerJson tokenizer,
            String endOfText,
            String note,
            LongFunction<String> documents) {
        try {
            Files.createDirectories(folder);
            Files.createDirectories(state.toAbsolutePath().getParent());
            Files.writeString(folder.resolve("tokenizer.json"), tokenizer.text());
            int end = tokenizer.id(endOfText);
            write(folder.resolve(CONFIG), options.shape().config(options.residual(), end, note));
            write(
                    folder.resolve("tokenizer_config.json"),
                    JsonFields.JSON
                            .createObjectNode()
                            .put("tokenizer_class", "PreTrainedTokenizerFast")
                            .put("bos_token", endOfText)
                            .put("eos_token", endOfText));
        } catch (IOException e) {
            throw notWritten(folder, e);
        }
        ModelConfig config = ModelConfig.read(folder.resolve(CONFIG));
        Initialisation initialisation = new Initialisation(config, options.learned(), options.seed());
        List<SafeTensorsWriter.Named> weights = Program.of(config).tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .map(spec -> new SafeTensorsWriter.Named(spec, initialisation.values(spec)))
                .toList();
        replace(folder.resolve("model.safetensors"), weights, Map.of());
        Trainer trainer = new Trainer(folder, state, options, documents, false);
        trainer.save();
        return trainer;
    }

    /** Goes on from the newest state. */
    public static Trainer resume(Path folder, Path state, TrainingOptions options, LongFunction<String> documents) {
        return new Trainer(folder, state, options, documents, true);
    }

    /** Steps done so far. */
    public long steps() {
        return steps;
    }

    public boolean isDone() {
        return steps >= options.schedule().steps();
    }

    /**
     * Takes one step.
     *
     * @throws InputException when its loss or gradient is not finite; the weights are as they were before it
     */
    public Step step() {
        long start = System.nanoTime();
        double rate = options.schedule().rate(steps);
        TrainingProgram.Found found = program.step(rows.rows(options.batch(), options.length()), rate, steps + 1);
        if (!found.isFinite()) {
            throw new InputException("Step " + steps + " of " + folder.getFileName() + " has a loss of " + found.loss()
                    + " and a gradient of norm " + found.norm()
                    + ": the training diverged, its last checkpoint is kept; train again with a lower learning rate.");
        }
        steps++;
        return new Step(
                steps - 1,
                found.loss(),
                found.norm(),
                rate,
                steps * options.batch() * options.length(),
                (System.nanoTime() - start) / 1e9);
    }

    /**
     * Documents as this training reads its own, from their first one on: one behind the other, cut into rows.
     *
     * @param documents by index from zero
     * @return [count][length of a row in training]
     */
    public long[][] rows(LongFunction<String> documents, int count) {
        return new PackedDocuments(
                        index -> tokenizer.encode(documents.apply(index)),
                        endOfText,
                        new PackedDocuments.Position(0, 0))
                .rows(count, options.length());
    }

    /** The mean loss of each row, in nats a token, of the weights as they are. */
    public double[] losses(long[][] rows) {
        double[] losses = new double[rows.length];
        for (int first = 0; first < rows.length; first += options.batch()) {
            float[] some =
                    program.losses(Arrays.copyOfRange(rows, first, Math.min(rows.length, first + options.batch())));
            for (int i = 0; i < some.length; i++) {
                losses[first + i] = some[i];
            }
        }
        return losses;
    }

    /**
     * The stream matrices of the weights as they are.
     *
     * @return of each sublayer [tokens, n, n], index [in, out]; none where the residual is plain
     */
    public float[][] streamMatrices(long[] row) {
        return program.streamMatrices(new long[][] {row});
    }

    /** Writes state and checkpoint; each replaces the one before it when it is whole. */
    public void save() {
        List<float[]> weights = program.weights();
        List<SafeTensorsWriter.Named> all = new ArrayList<>(named("", weights));
        all.addAll(named(FIRST, program.firstMoments()));
        all.addAll(named(SECOND, program.secondMoments()));
        PackedDocuments.Position position = rows.position();
        replace(
                state,
                all,
                Map.of(
                        STEPS, Long.toString(steps),
                        DOCUMENT, Long.toString(position.document()),
                        TOKEN, Integer.toString(position.token())));
        replace(folder.resolve("model.safetensors"), named("", weights), Map.of());
        writeNote();
    }

    /** What was done so far stands behind what is said of the whole. */
    private void writeNote() {
        ObjectNode config = (ObjectNode) JsonFields.object(folder.resolve(CONFIG));
        String what = config.path("note").asText().replaceFirst(", \\d+ of \\d+ steps .*$", "");
        config.put(
                "note",
                "%s, %d of %d steps of %d tokens, seed %d"
                        .formatted(
                                what,
                                steps,
                                options.schedule().steps(),
                                options.batch() * options.length(),
                                options.seed()));
        Path whole = folder.resolve(CONFIG + ".new");
        try {
            write(whole, config);
            Files.move(whole, folder.resolve(CONFIG), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritten(folder.resolve(CONFIG), e);
        }
    }

    private List<SafeTensorsWriter.Named> named(String prefix, List<float[]> values) {
        List<SafeTensorsWriter.Named> named = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            TensorSpec spec = specs.get(i);
            named.add(new SafeTensorsWriter.Named(
                    new TensorSpec(prefix + spec.name(), spec.shape(), spec.kind(), List.of()), values.get(i)));
        }
        return named;
    }

    private List<float[]> values(SafeTensors file, String prefix) {
        return specs.stream()
                .map(spec -> {
                    SafeTensors.Tensor tensor = file.tensors().get(prefix + spec.name());
                    if (tensor == null || !tensor.shape().equals(spec.shape())) {
                        throw new InputException(file.file() + " does not hold " + prefix + spec.name() + " of shape "
                                + spec.shape() + ": it belongs to another model; train anew into another folder.");
                    }
                    float[] values = new float[(int) spec.elements()];
                    file.map(tensor).asFloatBuffer().get(values);
                    return values;
                })
                .toList();
    }

    private static void replace(Path file, List<SafeTensorsWriter.Named> tensors, Map<String, String> metadata) {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        try {
            SafeTensorsWriter.write(whole, tensors, metadata, spec -> false);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (UncheckedIOException e) {
            throw notWritten(file, e.getCause());
        } catch (IOException e) {
            throw notWritten(file, e);
        }
    }

    private static InputException notWritten(Path file, IOException e) {
        return new InputException(
                file + " cannot be written (" + e.getMessage() + "): make space or give another folder, then go on with"
                        + " --resume; the checkpoint before it is kept.",
                e);
    }

    private static void write(Path file, ObjectNode json) throws IOException {
        JsonFields.JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }

    @Override
    public void close() {
        program.close();
        tokenizer.close();
    }
}
