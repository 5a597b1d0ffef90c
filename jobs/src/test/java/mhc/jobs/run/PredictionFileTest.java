package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.eval.Prediction;
import mhc.jobs.driver.LocalSpark;
import mhc.reports.PredictionSchema;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionFileTest {
    static final Prediction FULL = new Prediction(
            "mmlu/test/anatomy/3",
            "anatomy",
            "cluster",
            "paper",
            "paper/1",
            5,
            "ab12",
            "Question: \uD835\uDD38?\nAnswer:",
            List.of(" A", " B"),
            List.of(-1.25, Double.NEGATIVE_INFINITY),
            List.of(1, 2),
            "raw \u00e9",
            Map.of("strict", "7", "flexible", ""),
            List.of("seven", "7"),
            Map.of("acc", 1.0, "acc_norm", 0.5),
            "",
            true,
            "stop_string",
            "fused",
            120,
            100,
            3,
            0.25);

    private static final Prediction FAILED = failed("piqa/valid/0");

    static final Prediction ANSWERED = PredictionEdits.with(FAILED, Map.of("acc", 1.0), "");

    private static final Prediction OTHER = failed("piqa/valid/1");

    private static Prediction failed(String id) {
        return new Prediction(
                id,
                "",
                id,
                "paper",
                "paper/1",
                0,
                "cd",
                "",
                List.of(),
                List.of(),
                List.of(),
                "",
                Map.of(),
                List.of(),
                Map.of(),
                "no answer",
                false,
                "",
                "none",
                0,
                0,
                0,
                0.0);
    }

    /** What other tools read. */
    private static final String CONTRACT = """
        message prediction {
          required binary id (STRING);
          required binary task (STRING);
          required binary cluster (STRING);
          required binary protocol (STRING);
          required binary version (STRING);
          required int32 shots;
          required binary request_hash (STRING);
          required binary context (STRING);
          required group continuations (LIST) { repeated group list { required binary element (STRING); } }
          required group loglikelihoods (LIST) { repeated group list { required double element; } }
          required group tokens (LIST) { repeated group list { required int32 element; } }
          required binary raw (STRING);
          required group extracted (MAP) {
            repeated group key_value { required binary key (STRING); required binary value (STRING); }
          }
          required group gold (LIST) { repeated group list { required binary element (STRING); } }
          required group metrics (MAP) {
            repeated group key_value { required binary key (STRING); required double value; }
          }
          required binary status (STRING);
          required binary reason (STRING);
          required boolean truncated;
          required binary stop (STRING);
          required binary kernels (STRING);
          required int32 prompt_tokens;
          required int32 reused_tokens;
          required int32 new_tokens;
          required double seconds;
        }
        """;

    private static final PartOrigin ORIGIN = new PartOrigin.Source("run", "model", "build").part("m", "b", 1);

    @TempDir
    private java.nio.file.Path folder;

    @Test
    void theSchemaIsTheContract() {
        assertThat(PredictionSchema.WHOLE).isEqualTo(MessageTypeParser.parseMessageType(CONTRACT));
    }

    @Test
    void sparkReadsWhatWasWritten() throws IOException {
        Path file = new Path(
                folder.resolve("model=m/benchmark=b/part-00000.parquet").toUri());

        PredictionFile.write(new Configuration(), file, 7, ORIGIN, List.of(FULL, FAILED));

        List<Row> rows = LocalSpark.session()
                .read()
                .parquet(folder.toString())
                .orderBy("id")
                .collectAsList();
        Row full = rows.get(0);
        assertThat(full.<String>getAs("id")).isEqualTo(FULL.id());
        assertThat(full.<String>getAs("task")).isEqualTo("anatomy");
        assertThat(full.<String>getAs("cluster")).isEqualTo("cluster");
        assertThat(full.<Integer>getAs("shots")).isEqualTo(5);
        assertThat(full.<String>getAs("context")).isEqualTo(FULL.context());
        assertThat(full.getList(full.fieldIndex("continuations"))).isEqualTo(FULL.continuations());
        assertThat(full.getList(full.fieldIndex("loglikelihoods"))).isEqualTo(FULL.logLikelihoods());
        assertThat(full.getList(full.fieldIndex("tokens"))).isEqualTo(FULL.tokens());
        assertThat(full.getJavaMap(full.fieldIndex("extracted"))).isEqualTo(FULL.extracted());
        assertThat(full.getList(full.fieldIndex("gold"))).isEqualTo(FULL.gold());
        assertThat(full.getJavaMap(full.fieldIndex("metrics"))).isEqualTo(FULL.metrics());
        assertThat(full.<String>getAs("status")).isEqualTo("ok");
        assertThat(full.<Boolean>getAs("truncated")).isTrue();
        assertThat(full.<String>getAs("stop")).isEqualTo("stop_string");
        assertThat(full.<Integer>getAs("prompt_tokens")).isEqualTo(120);
        assertThat(full.<Integer>getAs("reused_tokens")).isEqualTo(100);
        assertThat(full.<Integer>getAs("new_tokens")).isEqualTo(3);
        assertThat(full.<String>getAs("model")).isEqualTo("m");
        Row failed = rows.get(1);
        assertThat(failed.<String>getAs("status")).isEqualTo("failed");
        assertThat(failed.<String>getAs("reason")).isEqualTo("no answer");
        assertThat(failed.getList(failed.fieldIndex("gold"))).isEmpty();
        assertThat(failed.getJavaMap(failed.fieldIndex("metrics"))).isEmpty();
    }

    @Test
    void rowsOfTheSameIdAreReplacedAndTheOthersStand() throws IOException {
        Path file = new Path(folder.resolve("part-00002.parquet").toUri());
        Configuration hadoop = new Configuration();
        PredictionFile.write(hadoop, file, 1, ORIGIN, List.of(FULL, FAILED));
        assertThat(PredictionRows.read(hadoop, file)).containsExactly(FULL, FAILED);

        PredictionFile.replace(hadoop, file, 2, List.of(ANSWERED));

        assertThat(PredictionRows.read(hadoop, file)).containsExactly(FULL, ANSWERED);
        assertThatThrownBy(() -> PredictionFile.replace(hadoop, new Path(file.toString()), 3, List.of(OTHER)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no row piqa/valid/1");
        try (Stream<java.nio.file.Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()).filter(name -> !name.endsWith(".crc")))
                    .containsExactly("part-00002.parquet");
        }
    }

    @Test
    void nothingButTheFileIsLeftAndASecondAttemptReplacesIt() throws IOException {
        Path file = new Path(folder.resolve("part-00001.parquet").toUri());

        PredictionFile.write(new Configuration(), file, 1, ORIGIN, List.of(FAILED));
        PredictionFile.write(new Configuration(), file, 2, ORIGIN, List.of(FULL, FAILED));

        try (Stream<java.nio.file.Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()).filter(name -> !name.endsWith(".crc")))
                    .containsExactly("part-00001.parquet");
        }
        assertThat(LocalSpark.session().read().parquet(file.toString()).count()).isEqualTo(2);
    }
}
