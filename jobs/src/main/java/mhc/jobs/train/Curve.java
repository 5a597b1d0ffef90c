package mhc.jobs.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.train.Step;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The steps of one model as a Parquet file, a row each in their order, which is written anew and whole at every
 * checkpoint.
 */
final class Curve {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType("""
            message step {
              required binary model (STRING);
              required int64 step;
              required double loss;
              required double gradient_norm;
              required double learning_rate;
              required int64 tokens;
              required double seconds;
            }
            """);

    private final Path file;
    private final String model;
    private final List<Step> steps;

    private Curve(Path file, String model, List<Step> steps) {
        this.file = file;
        this.model = model;
        this.steps = steps;
    }

    /** The curve up to a step; later rows belong to steps that will be taken again. */
    static Curve open(Path file, String model, long done) {
        List<Step> steps = Files.exists(file) ? read(file) : List.of();
        List<Step> kept = new ArrayList<>();
        steps.stream().filter(step -> step.step() < done).forEach(kept::add);
        return new Curve(file, model, kept);
    }

    void add(Step step) {
        steps.add(step);
    }

    List<Step> steps() {
        return steps;
    }

    void write() {
        new RowFile(file, SCHEMA).write(steps, (group, step) -> group.append("model", model)
                .append("step", step.step())
                .append("loss", step.loss())
                .append("gradient_norm", step.gradientNorm())
                .append("learning_rate", step.rate())
                .append("tokens", step.tokens())
                .append("seconds", step.seconds()));
    }

    /**
     * The rows of a curve's file.
     *
     * @throws InputException when there is none, or it cannot be read
     */
    static List<Step> read(Path file) {
        if (!Files.exists(file)) {
            throw new InputException(file + " does not exist: give a training directory with a curve of this model.");
        }
        return new RowFile(file, SCHEMA)
                .read(
                        "a training curve",
                        row -> new Step(
                                row.getLong("step", 0),
                                row.getDouble("loss", 0),
                                row.getDouble("gradient_norm", 0),
                                row.getDouble("learning_rate", 0),
                                row.getLong("tokens", 0),
                                row.getDouble("seconds", 0)));
    }
}
