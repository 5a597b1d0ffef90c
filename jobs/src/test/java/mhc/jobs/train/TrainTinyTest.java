package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import mhc.jobs.config.Settings;
import mhc.jobs.config.TrainConfig;
import mhc.jobs.config.TrainConfigReader;
import mhc.model.engine.Torch;
import mhc.model.train.Step;
import mhc.model.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled models are what their committed configuration makes: the beginning of their training, taken again. */
class TrainTinyTest {
    private static final Path CONFIG = Path.of("..", "conf", "train-tiny.yaml");
    private static final Path CURVES = Path.of("src", "test", "resources", "mhc", "jobs", "train");
    private static final int STEPS = 50;

    @TempDir
    private Path folder;

    /** Of the model whose residual has most to differentiate; the others differ in nothing else. */
    @Test
    void fiftyStepsGiveTheCommittedLosses() {
        TrainConfig config = TrainConfigReader.read(Settings.read(CONFIG));
        Torch.start(config.threads());
        List<Step> committed = Curve.read(CURVES.resolve("mhc.parquet"));

        try (Trainer trainer = Trainer.begin(
                folder.resolve("mhc"),
                folder.resolve("state"),
                config.models().get("mhc"),
                config.tokenizer(),
                config.endOfText(),
                "",
                Training.documents(config.data()))) {
            for (int i = 0; i < STEPS; i++) {
                assertThat(trainer.step().loss())
                        .as("step %d", i)
                        .isCloseTo(committed.get(i).loss(), within(1e-4));
            }
        }
    }

    @Test
    void everyModelWasTrainedToTheEnd() {
        TrainConfig config = TrainConfigReader.read(Settings.read(CONFIG));
        config.models().forEach((name, options) -> {
            List<Step> curve = Curve.read(CURVES.resolve(name + ".parquet"));
            assertThat(curve).as(name).hasSize(options.schedule().steps());
            assertThat(curve.get(curve.size() - 1).rate())
                    .as(name)
                    .isEqualTo(options.schedule().rate(curve.size() - 1));
        });
    }
}
