package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mhc.datasets.InputException;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionFileReaderTest {
    private static final List<PredictionColumn> ALL = List.of(PredictionColumn.values());
    private static final List<Prediction> ROWS = List.of(
            row("1", List.of(" A", " B"), Map.of("acc", 0.75, "acc_norm", 0.0)),
            row("2", List.of(), Map.of()),
            row("3", List.of(" ä"), Map.of("f1", 1.0)));

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeRows() throws IOException {
        file = folder.resolve("part-00000.parquet");
        PredictionWriter.write(file, ROWS);
        Files.delete(folder.resolve(".part-00000.parquet.crc"));
    }

    private static Prediction row(String id, List<String> options, Map<String, Double> metrics) {
        return new Prediction(
                id,
                "task",
                "cluster",
                "paper",
                "1",
                5,
                "00",
                "Question " + id,
                options,
                options.stream().map(option -> -1.5).toList(),
                options.stream().map(String::length).toList(),
                "",
                Map.of("none", "A", "flexible", "B"),
                List.of("A"),
                metrics,
                "",
                id.equals("2"),
                "",
                "fused",
                12,
                3,
                1,
                0.25);
    }

    @Test
    void readsWhatWasWritten() {
        assertThat(read(file, ALL)).isEqualTo(expected(ALL));
    }

    @Test
    void readsSomeColumnsInAnyOrder() {
        List<PredictionColumn> some =
                List.of(PredictionColumn.METRICS, PredictionColumn.TRUNCATED, PredictionColumn.ID);
        assertThat(read(file, some)).isEqualTo(expected(some));
        PredictionRow row = PredictionFileReader.open(new Configuration(), PredictionPart.at(hadoop(file)), some)
                .next();
        assertThat(row.lacks(PredictionColumn.TASK)).isTrue();
    }

    @Test
    void readsManyRowGroupsAndPages() throws IOException {
        List<Prediction> many = IntStream.range(0, 70_000)
                .mapToObj(i -> row(Integer.toString(i), List.of(" " + i), Map.of("acc", i / 70_000.0)))
                .toList();
        PredictionWriter.write(file, many);
        List<PredictionColumn> some = List.of(PredictionColumn.ID, PredictionColumn.METRICS);
        assertThat(read(file, some)).hasSize(many.size()).endsWith(values(many.get(69_999), some));
    }

    @Test
    void readsWhatSparkWroteAnew() throws IOException {
        Path copy = rewritten(TestSpark.SESSION.read().parquet(file.toString()));
        assertThat(read(copy, ALL)).isEqualTo(expected(ALL));
    }

    @Test
    void refusesOtherColumns() throws IOException {
        Dataset<Row> rows = TestSpark.SESSION.read().parquet(file.toString());
        assertDamaged(rewritten(rows.drop("metrics")));
        assertDamaged(rewritten(rows.withColumn("shots", functions.col("shots").cast("long"))));
        assertDamaged(rewritten(rows.withColumn("tokens", functions.col("loglikelihoods"))));
    }

    /** 0.75 becomes a little more, which only the page's checksum tells. */
    @Test
    void noticesOneFlippedBit() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] score = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(0.75)
                .array();
        List<Integer> places = IntStream.range(0, bytes.length - 8)
                .filter(i -> Arrays.equals(bytes, i, i + 8, score, 0, 8))
                .boxed()
                .toList();
        assertThat(places).isNotEmpty();
        bytes[places.get(0)] ^= 1;
        Files.write(file, bytes);
        assertDamaged(file);
    }

    private Path rewritten(Dataset<Row> rows) throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy").resolve("rows");
        rows.coalesce(1).write().parquet(copy.toString());
        try (var files = Files.newDirectoryStream(copy, "part-*.parquet")) {
            return files.iterator().next();
        }
    }

    private static void assertDamaged(Path file) {
        assertThatThrownBy(() -> read(file, ALL))
                .isInstanceOf(InputException.class)
                .hasMessage("Predictions file " + hadoop(file)
                        + " is damaged or is not one: delete it and start its run again, which writes it anew");
    }

    private static List<List<Object>> read(Path file, List<PredictionColumn> columns) {
        List<List<Object>> rows = new ArrayList<>();
        PredictionFileReader.open(new Configuration(), PredictionPart.at(hadoop(file)), columns)
                .forEachRemaining(
                        row -> rows.add(columns.stream().map(row::value).toList()));
        return rows;
    }

    private static List<List<Object>> expected(List<PredictionColumn> columns) {
        return ROWS.stream().map(row -> values(row, columns)).toList();
    }

    private static List<Object> values(Prediction row, List<PredictionColumn> columns) {
        return columns.stream().map(column -> column.of(row)).toList();
    }

    private static org.apache.hadoop.fs.Path hadoop(Path file) {
        return new org.apache.hadoop.fs.Path(file.toUri());
    }
}
