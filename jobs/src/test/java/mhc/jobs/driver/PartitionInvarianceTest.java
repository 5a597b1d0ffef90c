package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
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
        Process cluster =
                cluster().redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertThat(cluster.waitFor(15, TimeUnit.MINUTES)).isTrue();
        } finally {
            cluster.destroy();
        }

        assertThat(cluster.exitValue()).as(Files.readString(log)).isZero();
        assertSame(folder.resolve("cluster"));
    }

    /**
     * This JVM's classes in another one. Spark starts executors from a home of its own: here one without jars, since
     * they get the whole class path.
     */
    private static ProcessBuilder cluster() throws IOException {
        Path home = folder.resolve("spark-home");
        Files.createDirectories(home.resolve("jars"));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of(
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                "-DDJL_OFFLINE=true",
                "-cp",
                classes,
                PartitionRuns.class.getName(),
                folder.toString(),
                folder.resolve("cluster").toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return builder.directory(folder.toFile());
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
