package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.reports.RunFixture.Example;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences by task, of the means, and what was not answered: recomputed by hand. */
class TaskReportTest {
    @TempDir
    private Path folder;

    private static Example mmlu(int i, double score) {
        return Example.of("mmlu/" + i, Map.of("acc", score)).task(i < 10 ? "art" : "law");
    }

    private static Example gsm8k(int i, double score) {
        return Example.of("gsm8k/" + i, Map.of("exact_match", score));
    }

    /** Of ten questions in each task, b alone answers 6 of art and 2 of law, and a alone 1 of law. */
    private String run() {
        RunFixture run = new RunFixture(folder);
        for (int i = 0; i < 20; i++) {
            run.add("a", "mmlu", mmlu(i, i == 15 ? 1 : 0));
            run.add("b", "mmlu", mmlu(i, i < 6 || i == 10 || i == 11 ? 1 : 0));
            run.add("a", "gsm8k", i < 5 ? gsm8k(i, 0).unanswered() : gsm8k(i, 1));
            run.add("b", "gsm8k", gsm8k(i, i < 4 ? 0 : 1));
        }
        String written = run.write();
        RunReport.write(TestSpark.SESSION, List.of(written), written);
        return written;
    }

    @Test
    void differencesByTaskAndOfTheMeans() throws IOException {
        List<Row> tasks = TestSpark.SESSION
                .read()
                .parquet(run() + "/tasks")
                .orderBy("task")
                .collectAsList();
        assertThat(tasks).extracting(row -> row.<String>getAs("task")).containsExactly("art", "law");
        Row art = tasks.get(0);
        assertThat(art.<Double>getAs("delta")).isCloseTo(.6, within(1e-15));
        assertThat(art.<Double>getAs("p")).isCloseTo(2 / 64.0, within(1e-15));
        assertThat(art.<Double>getAs("low")).isPositive();
        Row law = tasks.get(1);
        assertThat(law.<Double>getAs("delta")).isCloseTo(.1, within(1e-15));
        assertThat(law.<Double>getAs("p")).isEqualTo(1);
        assertThat(law.<Double>getAs("low")).isNegative();
        assertThat(law.<Long>getAs("won")).isEqualTo(2);

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        JsonNode mmlu = json.path("benchmarks").get(1).path("differences").get(0);
        assertThat(mmlu.path("p_task").asDouble())
                .as("both tasks gain: 2 of 4 patterns of signs")
                .isEqualTo(.5);
        // two tests: p of mmlu is 2 * (1 + 9) / 2^9, p of gsm8k 1
        assertThat(mmlu.path("p").asDouble()).isCloseTo(20 / 512.0, within(1e-15));
        assertThat(mmlu.path("p_holm").asDouble()).isCloseTo(40 / 512.0, within(1e-15));
        JsonNode mean = json.path("mean_differences").get(0);
        assertThat(mean.path("delta").asDouble()).isCloseTo((7 / 20.0 + 1 / 20.0) / 2, within(1e-15));
        // sample variances of b - a: 9/20 - (7/20)^2 and 1/20 - (1/20)^2, over 19
        double stderr = Math.sqrt((9 / 20.0 - 49 / 400.0 + 1 / 20.0 - 1 / 400.0) / 19) / 2;
        double half = (mean.path("high").asDouble() - mean.path("low").asDouble()) / 2;
        assertThat(half / stderr).as("t with between 19 and 38 degrees").isBetween(2.02, 2.10);
        assertThat(mean.path("p").asDouble() < .05).isEqualTo(mean.path("low").asDouble() > 0);
    }

    @Test
    void whatWasNotAnsweredAndWhatChanceScoresAreColumns() throws IOException {
        run();
        assertThat(Files.readString(folder.resolve("report.md")))
                .contains(
                        "| GSM8K     | EM     |     0 |  20 |      - | 75.0 ± 9.9 |  80.0 ± 9.2 |  0 / 0 |  25.0 / 0.0 |")
                .contains("| MMLU      | Acc    |     0 |  20 |   50.0 |");
        assertThat(Files.readString(folder.resolve("report.csv")))
                .contains("paper,mmlu,acc,none,0,0.5,a,20,20,0.05,")
                .contains(",0,5,0\n");
    }
}
