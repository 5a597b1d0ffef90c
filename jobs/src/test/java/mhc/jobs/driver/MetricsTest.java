package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import mhc.datasets.Samples;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code conf/metrics.properties} has Spark's UI serve to Prometheus while, and after, a run. */
class MetricsTest {
    @TempDir
    private Path folder;

    @Test
    void tokensAndExamplesAreServedToPrometheus() throws Exception {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("mhc"), "mhc", 1);
        Settings settings = Settings.parse("{name: test, benchmarks: [piqa, gsm8k], limit: 3, shots: {gsm8k: 2}}");
        settings.put("data", folder.resolve("data").toString());
        settings.assign("models.mhc=" + folder.resolve("mhc"));
        settings.put("out", folder.resolve("run").toString());
        LocalSpark.session().stop();
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .appName("metrics")
                .config("spark.ui.port", "0")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config(
                        "spark.metrics.conf",
                        Path.of("../conf/metrics.properties").toString())
                .getOrCreate()) {
            String url = spark.sparkContext().uiWebUrl().get();
            AtomicReference<String> during = new AtomicReference<>("");
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            // The summary is printed while the run is still registered.
            PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8) {
                @Override
                public PrintStream printf(String format, Object... arguments) {
                    if (format.contains("done,")) {
                        during.set(metrics(url));
                    }
                    return super.printf(format, arguments);
                }
            };

            Evaluation.run(RunConfigReader.read(settings), spark, out);

            assertThat(printed.toString(StandardCharsets.UTF_8)).contains("Spark UI: " + url);
            assertThat(value(during.get(), "_mhc_run_examples_all_Value")).isEqualTo(6);
            assertThat(value(during.get(), "_mhc_run_shards_all_Value")).isEqualTo(2);
            String after = metrics(url);
            assertThat(value(after, "_mhc_examples_done_Count")).isEqualTo(6);
            assertThat(value(after, "_mhc_examples_failed_Count")).isZero();
            assertThat(value(after, "_mhc_shards_done_Count")).isEqualTo(2);
            assertThat(value(after, "_mhc_tokens_prefilled_Count")).isPositive();
            assertThat(value(after, "_mhc_tokens_reused_Count")).isPositive();
            assertThat(value(after, "_mhc_tokens_generated_Count")).isPositive();
            assertThat(after).doesNotContain("_mhc_run_");
        }
    }

    private static String metrics(String url) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url + "/metrics/prometheus/"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static double value(String metrics, String name) {
        return Arrays.stream(metrics.split("\n"))
                .filter(line -> line.contains(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + metrics));
    }
}
