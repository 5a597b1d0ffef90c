package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.jobs.config.LadderConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.LocalSpark;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Six trainings of a few steps as Spark tasks, and the curves fitted to them. */
class LadderTest {
    @TempDir
    private Path folder;

    @Test
    void trainsFitsAndDraws() throws IOException {
        Settings settings = settings();
        String summary = Ladder.run(LadderConfigReader.read(settings), LocalSpark.session());
        assertThat(summary.lines()).hasSize(6).first().asString().startsWith("s-plain: 6 steps of 64 tokens in ");
        // All are done: the same command again only finds them so.
        assertThat(Ladder.run(LadderConfigReader.read(settings), LocalSpark.session())
                        .lines())
                .hasSize(6);

        Path out = folder.resolve("report");
        String text = ScalingReport.write(folder.resolve("ladder"), out, LocalSpark.session());

        assertThat(text)
                .containsPattern("l-mhc +mhc +\\d\\.\\d\\de\\+\\d+ +\\d\\.\\d{4}")
                .containsPattern("(?m)^none +3 ")
                .containsPattern("(?m)^mhc +3 ");
        List<Row> points = LocalSpark.session()
                .read()
                .parquet(out.resolve("points.parquet").toString())
                .where("axis = 'compute' and residual = 'none'")
                .orderBy("x")
                .collectAsList();
        // 6 x tokens x (layers x (4 C C + 3 C I) + C V), C being 16, I 24 and V 1024.
        assertThat(points.get(0).<Double>getAs("x")).isEqualTo(6.0 * 6 * 64 * (4 * 256 + 3 * 16 * 24 + 16 * 1024));
        assertThat(points).hasSize(3);
        assertThat(out.resolve("compute.svg")).content().contains("<svg");
        assertThat(out.resolve("tokens.svg")).content().contains("<svg");
        assertThat(LocalSpark.session()
                        .read()
                        .parquet(out.resolve("fits.parquet").toString())
                        .count())
                .isEqualTo(4);
    }

    @Test
    void aRunThatFailsDoesNotStopTheOthers() throws IOException {
        Settings settings = settings();
        settings.assign("sizes={s: {}, m: {train: {learning-rate: 1e30, warm-up: 0, steps: 40}}}");
        settings.assign("models={mhc: mhc}");

        assertThatThrownBy(() -> Ladder.run(LadderConfigReader.read(settings), LocalSpark.session()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("1 of 2 trainings failed, the others are done: m-mhc: Step ")
                .hasMessageContaining("the training diverged, its last checkpoint is kept");
        assertThat(folder.resolve("ladder/s-mhc/s-mhc/config.json")).content().contains(", 6 of 6 steps");
    }

    @Test
    void aLadderWithoutRunsCannotBeFitted() throws IOException {
        Files.createDirectories(folder.resolve("ladder"));
        assertThatThrownBy(() ->
                        ScalingReport.write(folder.resolve("ladder"), folder.resolve("report"), LocalSpark.session()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("There are not 3 points of any residual to fit loss against compute");
    }

    private Settings settings() throws IOException {
        Files.createDirectories(folder.resolve("text"));
        for (int i = 0; i < 5; i++) {
            Files.writeString(
                    folder.resolve("text/" + i + ".txt"), "There are " + i + " apples in the basket. ".repeat(9));
        }
        Settings settings = Settings.parse("""
                models: {plain: none, mhc: mhc}
                sizes:
                  s: {}
                  m: {architecture: {layers: 2}, train: {steps: 8}}
                  l: {architecture: {layers: 2, hidden: 24}, train: {steps: 10}}
                architecture: {hidden: 16, layers: 1, heads: 2, intermediate: 24, max-length: 32, streams: 2}
                train: {batch: 2, length: 32, warm-up: 1, steps: 6, checkpoint-every: 2, held-out: 3}
                """);
        settings.assign(
                "data={folder: '%s', held-out: '%s'}".formatted(folder.resolve("text"), folder.resolve("text")));
        settings.assign("out='" + folder.resolve("ladder") + "'");
        return settings;
    }
}
