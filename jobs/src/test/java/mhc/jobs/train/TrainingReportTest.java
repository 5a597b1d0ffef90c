package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.jobs.driver.LocalSpark;
import mhc.model.probe.AmaxGain.Spread;
import mhc.model.train.Step;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of trainings that were written by hand, so that what they must say is known. */
class TrainingReportTest {
    private static final int STEPS = 60;

    @TempDir
    private Path folder;

    /** A model that loses 0.1 more than another, give or take 0.02, and whose gain grows tenfold over two sites. */
    @Test
    void gapsAndGainsAreThoseOfTheFiles() throws IOException {
        write(folder.resolve("one"), Map.of("plain", "none"), 0);
        write(folder.resolve("two"), Map.of("wild", "hc"), 0.1);

        String text =
                TrainingReport.write(List.of(folder.resolve("one"), folder.resolve("two")), folder.resolve("out"));

        // The last 50 steps differ by 0.08 and 0.12 in turn: the error is 0.02 sqrt(50 / 49) / sqrt(50).
        // Rows differ by 0.08, 0.12, 0.08 and 0.12: a mean of 0.1 with the error 0.04 / sqrt(3) / 2.
        assertThat(text)
                .containsPattern(
                        "wild +hc +60 +2\\.\\d+ +\\+0\\.1000 +0\\.0029 +2\\.\\d+ +[0-9.]+ +\\+0\\.1000 +0\\.0115 +4");
        assertThat(text).containsPattern("plain +none +60 .* \\+0\\.0000 +0\\.0000 +4");
        assertThat(text).containsPattern("wild +60 +3\\.00000 +2\\.00000 +10\\.000 +20\\.000 +10\\.000 +20\\.000");
        assertThat(text).doesNotContainPattern("plain +60 +\\d\\.\\d{5}");
        for (String picture : List.of("loss", "gap", "gradient", "gain-training", "gain-depth")) {
            assertThat(folder.resolve("out/" + picture + ".svg")).content().contains("<svg");
        }
        List<Row> gaps = LocalSpark.session()
                .read()
                .parquet(folder.resolve("out/gaps.parquet").toString())
                .collectAsList();
        assertThat(gaps).hasSize(30).allSatisfy(gap -> {
            assertThat(gap.<Double>getAs("gap")).isCloseTo(0.1, within(1e-9));
            assertThat(gap.<Double>getAs("stderr")).isCloseTo(0.02, within(1e-9));
        });
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        write(folder.resolve("two"), Map.of("wild", "hc"), 0.1);
        Files.delete(new TrainingDirectory(folder.resolve("two")).gains("wild"));

        assertThat(TrainingReport.write(List.of(folder.resolve("two")), folder.resolve("out")))
                .contains("No model has residual none: there are no gaps.")
                .contains("No gains were measured");
        assertThatThrownBy(() -> TrainingReport.write(
                        List.of(folder.resolve("two"), folder.resolve("two")), folder.resolve("out")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Two of the trainings have a model wild");
        assertThatThrownBy(() -> TrainingReport.write(List.of(folder.resolve("none")), folder.resolve("out")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not the directory of a training");
    }

    private static void write(Path root, Map<String, String> models, double more) throws IOException {
        TrainingDirectory directory = new TrainingDirectory(root);
        Files.createDirectories(directory.configuration().getParent());
        StringBuilder json = new StringBuilder();
        models.forEach((name, residual) -> json.append(json.isEmpty() ? "" : ",")
                .append("\"%s\":{\"residual\":\"%s\",\"schedule\":{\"warmUp\":2},\"clip\":1}"
                        .formatted(name, residual)));
        Files.writeString(directory.configuration(), "{\"models\":{" + json + "}}");
        models.keySet().forEach(name -> {
            Curve curve = Curve.open(directory.curve(name), name, 0);
            for (int step = 0; step < STEPS; step++) {
                double loss = 3 - step * 0.01 + jitter(step, more);
                curve.add(new Step(step, loss, 1.5, 0.001, step * 64L, 0.1));
            }
            curve.write();
            List<HeldOut> rows = new ArrayList<>();
            for (int row = 0; row < 4; row++) {
                rows.add(new HeldOut(STEPS, row, 2 + row * 0.1 + jitter(row, more)));
            }
            HeldOut.write(directory.heldOut(name), name, rows);
            if (more > 0) {
                SiteGain.write(
                        directory.gains(name),
                        name,
                        List.of(gain(0, 0, 1, 1), gain(0, 1, 1, 1), gain(STEPS, 0, 3, 2), gain(STEPS, 1, 10, 20)));
            }
        });
    }

    private static double jitter(int index, double more) {
        return more == 0 ? 0 : more + (index % 2 == 0 ? -0.02 : 0.02);
    }

    private static SiteGain gain(long step, int site, double composite, double backward) {
        double single = step == 0 ? 1 : 3 - site;
        double singleBackward = step == 0 ? 1 : 2 - site;
        return new SiteGain(step, site, spread(single), spread(singleBackward), spread(composite), spread(backward));
    }

    private static Spread spread(double mean) {
        return new Spread(mean, 2 * mean);
    }
}
