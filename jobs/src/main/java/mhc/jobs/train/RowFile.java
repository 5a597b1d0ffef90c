package mhc.jobs.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import mhc.datasets.InputException;
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

/** A small Parquet file, which is written anew and whole each time. */
record RowFile(Path file, MessageType schema) {

    /**
     * Replaces the file by these rows.
     *
     * @param fill puts one row's values into a group
     * @throws InputException when it cannot be written; what was there before is kept
     */
    <T> void write(List<T> rows, BiConsumer<Group, T> fill) {
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        SimpleGroupFactory groups = new SimpleGroupFactory(schema);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(whole);
            try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(whole))
                    .withType(schema)
                    .withCompressionCodec(CompressionCodecName.ZSTD)
                    .build()) {
                for (T row : rows) {
                    Group group = groups.newGroup();
                    fill.accept(group, row);
                    writer.write(group);
                }
            }
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InputException(
                    file + " cannot be written (" + e.getMessage() + "): make space, then go on with --resume.", e);
        }
    }

    /**
     * The rows of the file, none where there is no file.
     *
     * @param what of a training it is, for the message
     * @throws InputException when it cannot be read
     */
    <T> List<T> read(String what, Function<Group, T> row) {
        List<T> rows = new ArrayList<>();
        if (!Files.exists(file)) {
            return rows;
        }
        try (ParquetReader<Group> reader = new Groups(new LocalInputFile(file)).build()) {
            for (Group group = reader.read(); group != null; group = reader.read()) {
                rows.add(row.apply(group));
            }
        } catch (IOException | RuntimeException e) {
            throw new InputException(
                    file + " cannot be read as " + what + " (" + e.getMessage()
                            + "): delete it to go on without what it holds.",
                    e);
        }
        return rows;
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
