package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mhc.datasets.Samples;
import mhc.eval.PredictionColumn;
import mhc.jobs.config.RunConfigReader;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code inference.deterministic: true} neither the number of shards, nor the order of the examples, nor the
 * processes they run in change a row or a score.
 */
class PartitionInvarianceTest {
    @TempDir
    private static Path folder;

    private static List<String> rows;
    private static List<String> scores;

    @BeforeAll
    static void evaluateAsPlanned() {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("mhc"), "mhc", 1);
        Path out = folder.resolve("planned");
        Evaluation.run(RunConfigReader.read(PartitionRuns.settings(folder, out)), LocalSpark.session(), System.out);
        rows = rows(out);
        scores = scores(out);
    }

    @Test
    void rowsAndScoresAreTheSameInOneProcess() throws IOException {
        PartitionRuns.all(LocalSpark.session(), folder, folder.resolve("local"));

        assertSame(folder.resolve("local"));
    }

    @Test
    void rowsAndScoresAreTheSameOnAClusterOfProcesses() throws IOException, InterruptedException {
        Path log = folder.resolve("cluster.log");
        Process cluster = ClusterProgram.of(
                        folder,
                        PartitionRuns.class,
                        folder.toString(),
                        folder.resolve("cluster").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(cluster.waitFor(15, TimeUnit.MINUTES)).isTrue();
        } finally {
            cluster.destroy();
        }

        assertThat(cluster.exitValue()).as(Files.readString(log)).isZero();
        assertSame(folder.resolve("cluster"));
    }

    private static void assertSame(Path runs) throws IOException {
        assertThat(rows).hasSize(2 * PartitionRuns.EXAMPLES);
        for (int shards : PartitionRuns.SHARDS) {
            for (int order : PartitionRuns.ORDERS) {
                Path run = PartitionRuns.run(runs, shards, order);
                try (Stream<Path> parts = Files.list(run.resolve("predictions/model=mhc/benchmark=triviaqa"))) {
                    assertThat(parts.filter(part -> part.toString().endsWith(".parquet")))
                            .hasSize(shards);
                }
                assertThat(rows(run)).as(run.toString()).isEqualTo(rows);
                assertThat(scores(run)).as(run.toString()).isEqualTo(scores);
            }
        }
    }

    /** All that is said of an example but what it took: a cut moves the shard that reads a prefix first. */
    private static List<String> rows(Path run) {
        return texts(run.resolve("predictions"), PredictionColumn.SECONDS.key(), PredictionColumn.REUSED_TOKENS.key());
    }

    private static List<String> scores(Path run) {
        return texts(run.resolve("scores"));
    }

    private static List<String> texts(Path table, String... without) {
        Dataset<Row> read =
                LocalSpark.session().read().parquet(table.toString()).drop(without);
        List<String> texts = new ArrayList<>();
        read.toJSON().collectAsList().forEach(texts::add);
        texts.sort(null);
        return texts;
    }
}
