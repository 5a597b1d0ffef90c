package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.jobs.config.Settings;
import mhc.jobs.config.TrainConfigReader;
import mhc.model.train.Step;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void text() throws IOException {
        Files.createDirectories(folder.resolve("text"));
        for (int i = 0; i < 5; i++) {
            Files.writeString(
                    folder.resolve("text/" + i + ".txt"), "There are " + i + " apples in the basket. ".repeat(9));
        }
    }

    @Test
    void aTrainingThatFailedGoesOnToTheEndOfOneThatDidNot() throws IOException {
        String summary = train("one", false, "train.steps=8");
        assertThat(summary).startsWith("a: 8 steps of 64 tokens in ").contains("b: 8 steps");

        train("two", false, "train.steps=8");
        // As if the process had ended between steps 4 and 8 of b: a later curve and a younger state do not fit
        // together.
        Path state = folder.resolve("two/training/b.safetensors");
        Files.delete(state);
        assertThat(train("two", true, "train.steps=8")).contains("b: 8 steps");

        for (String file : List.of("a/model.safetensors", "b/model.safetensors", "training/b.safetensors")) {
            assertThat(Files.readAllBytes(folder.resolve("two").resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(folder.resolve("one").resolve(file)));
        }
        List<Step> curve = Curve.read(folder.resolve("two/training/b.parquet"));
        assertThat(curve).extracting(Step::step).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(curve)
                .extracting(Step::loss)
                .isEqualTo(Curve.read(folder.resolve("one/training/b.parquet")).stream()
                        .map(Step::loss)
                        .toList());
    }

    @Test
    void anotherConfigurationIsRefusedWithItsDifferences() {
        train("run", false, "train.steps=4");

        assertThatThrownBy(() -> train("run", true, "train.steps=4", "train.learning-rate=0.5", "models.c=hc"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("models.a.schedule.peak was 0.003, is 0.5")
                .hasMessageContaining("models.c was absent, is {");
        assertThatThrownBy(() -> train("run", false, "train.steps=4"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds a training already: go on with it by --resume");
        assertThatThrownBy(() -> train("other", true, "train.steps=4"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("There is no training to resume in ");
    }

    @Test
    void aDivergedTrainingKeepsItsLastCheckpoint() throws IOException {
        assertThatThrownBy(() -> train(
                        "run",
                        false,
                        "train.steps=40",
                        "train.learning-rate=1e30",
                        "train.warm-up=0",
                        "models={b: mhc}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the training diverged, its last checkpoint is kept");
        assertThat(folder.resolve("run/b/model.safetensors")).exists();
        assertThat(Files.readString(folder.resolve("run/b/config.json"))).contains(", 0 of 40 steps");
    }

    @Test
    void aFolderWithoutTextIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));

        assertThatThrownBy(() -> train("run", false, "data={folder: " + empty + "}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no text in it");
        assertThatThrownBy(() -> train("run", false, "data.held-out=" + empty))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("there is no text in it");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void whatIsMeasuredBetweenStepsChangesNone() throws IOException {
        Files.createDirectories(folder.resolve("other"));
        Files.writeString(folder.resolve("other/text.txt"), "The basket is under the table. ".repeat(20));
        String heldOut = "data.held-out=" + folder.resolve("other");
        train("without", false, "train.steps=8");
        // A finished training is measured when it is taken up again, where that was not done.
        train("without", true, "train.steps=8", heldOut);
        train("again", false, "train.steps=8", heldOut, "train.held-out=3");

        TrainingDirectory again = new TrainingDirectory(folder.resolve("again"));
        assertThat(HeldOut.read(again.heldOut("a")))
                .extracting(HeldOut::step)
                .containsExactly(0L, 0L, 0L, 4L, 4L, 4L, 8L, 8L, 8L);
        assertThat(SiteGain.read(again.gains("a"))).isEmpty();
        List<SiteGain> gains = SiteGain.read(again.gains("b"));
        assertThat(gains).extracting(SiteGain::site).containsExactly(0, 1, 0, 1, 0, 1);
        assertThat(gains).allSatisfy(gain -> {
            assertThat(gain.composite().mean()).isCloseTo(1, within(1e-5));
            assertThat(gain.compositeBackward().max()).isBetween(1 - 1e-5, 2.0);
        });
        assertThat(HeldOut.read(new TrainingDirectory(folder.resolve("without")).heldOut("b")))
                .hasSize(16)
                .allSatisfy(row -> assertThat(row.step()).isEqualTo(8));
        for (String file : List.of("a/model.safetensors", "b/model.safetensors")) {
            assertThat(Files.readAllBytes(folder.resolve("again").resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(folder.resolve("without").resolve(file)));
        }
    }

    private String train(String out, boolean resume, String... assignments) {
        Settings settings = Settings.parse("""
                models: {a: none, b: mhc}
                architecture: {hidden: 16, layers: 1, heads: 2, intermediate: 24, max-length: 32, streams: 2}
                train: {batch: 2, length: 32, warm-up: 2, checkpoint-every: 4}
                """);
        settings.put("data.folder", folder.resolve("text").toString());
        settings.put("out", folder.resolve(out).toString());
        for (String assignment : assignments) {
            settings.assign(assignment);
        }
        return Training.run(
                TrainConfigReader.read(settings),
                resume,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    }
}
