package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.reports.RunFixture.Example;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSeriesTest {
    @TempDir
    private Path folder;

    private void run(String name, String model, int right) {
        RunFixture run = new RunFixture(folder.resolve(name));
        for (int i = 0; i < 20; i++) {
            run.add(model, "piqa", Example.of("piqa/" + i, Map.of("acc", i < right ? 1.0 : 0.0)));
        }
        run.write();
    }

    private RunSeries.Result series(String pattern) {
        return RunSeries.write(
                TestSpark.SESSION, folder + "/" + pattern, folder.resolve("out").toString(), ReportOptions.DEFAULT);
    }

    private List<Row> rows() {
        return TestSpark.SESSION
                .read()
                .parquet(folder.resolve("out/series").toString())
                .orderBy("model", "step")
                .collectAsList();
    }

    @Test
    void readsEachRunOnce() throws IOException {
        run("tiny_step1000", "plain", 8);
        run("tiny_step200", "plain", 5);
        run("other", "mhc-step200", 6);
        RunSeries.Result first = series("*");
        assertThat(first.read()).isEqualTo(3);
        assertThat(first.markdown()).contains("| 200  | 30.0 ± 10.5 |  25.0 ± 9.9 |", "| 1000 |");
        assertThat(rows()).extracting(row -> row.<String>getAs("model")).containsExactly("mhc", "plain", "plain");

        // a known run whose rows cannot be read any more, and a new one
        Path part = folder.resolve("tiny_step200/predictions/model=plain/benchmark=piqa/part-00000.parquet");
        FileTime time = Files.getLastModifiedTime(part);
        Files.write(part, new byte[(int) Files.size(part)]);
        Files.setLastModifiedTime(part, time);
        run("tiny_step3000", "plain", 12);
        RunSeries.Result second = series("*_step*");
        assertThat(second.read()).isEqualTo(1);
        assertThat(second.known()).isEqualTo(2);
        assertThat(rows()).extracting(row -> row.<Long>getAs("step")).containsExactly(200L, 1000L, 3000L);
        assertThat(rows()).extracting(row -> row.<Double>getAs("value")).containsExactly(.25, .4, .6);
        assertThat(rows().get(0).<Double>getAs("stderr")).isCloseTo(Math.sqrt(.25 * .75 / 19), within(1e-12));
        assertThat(folder.resolve("out/series.svg"))
                .content()
                .startsWith("<?xml")
                .contains("<svg", "<path");
    }

    @Test
    void aCheckpointSaysHowFarItWasTrained() throws IOException {
        run("first", "plain", 8);
        Files.writeString(
                folder.resolve("first/manifest.json"),
                "{\"models\": [{\"name\": \"plain\", \"note\": \"trained, 600 of 2000 steps of 2048 tokens, seed 1\"}]}");
        series("first");
        assertThat(rows().get(0).<Long>getAs("step")).isEqualTo(600);
        assertThat(rows().get(0).<Long>getAs("tokens")).isEqualTo(600 * 2048);
    }

    @Test
    void mistakes() {
        assertThatThrownBy(() -> series("none*"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("No directory matches --series ");
        run("unnamed", "plain", 8);
        assertThatThrownBy(() -> series("unnamed"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("does not say which step its model plain was trained to");
        run("a_step10", "plain", 8);
        run("b_step10", "plain", 8);
        assertThatThrownBy(() -> series("?_step10"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Step 10 of plain stands in ");
    }
}
