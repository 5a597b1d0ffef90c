package mhc.jobs.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.train.Step;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
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
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
        try {
            Files.deleteIfExists(whole);
            try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(whole))
                    .withType(SCHEMA)
                    .withCompressionCodec(CompressionCodecName.ZSTD)
                    .build()) {
                for (Step step : steps) {
                    writer.write(rows.newGroup()
                            .append("model", model)
                            .append("step", step.step())
                            .append("loss", step.loss())
                            .append("gradient_norm", step.gradientNorm())
                            .append("learning_rate", step.rate())
                            .append("tokens", step.tokens())
                            .append("seconds", step.seconds()));
                }
            }
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InputException(
                    file + " cannot be written (" + e.getMessage() + "): make space, then go on with --resume.", e);
        }
    }

    /**
     * The rows of a curve's file.
     *
     * @throws InputException when it cannot be read
     */
    static List<Step> read(Path file) {
        List<Step> steps = new ArrayList<>();
        try (ParquetReader<Group> reader = new Groups(new LocalInputFile(file)).build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                steps.add(new Step(
                        row.getLong("step", 0),
                        row.getDouble("loss", 0),
                        row.getDouble("gradient_norm", 0),
                        row.getDouble("learning_rate", 0),
                        row.getLong("tokens", 0),
                        row.getDouble("seconds", 0)));
            }
        } catch (IOException | RuntimeException e) {
            throw new InputException(
                    file + " cannot be read as a training curve (" + e.getMessage()
                            + "): delete it to go on without the steps it holds.",
                    e);
        }
        return steps;
    }

    private static final class Groups extends ParquetReader.Builder<Group> {
        Groups(InputFile file) {
            super(file);
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }
}
