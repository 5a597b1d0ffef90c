package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void learnsWhatItReads(String residual) {
        List<Step> steps = new ArrayList<>();
        try (Trainer trainer = Trainings.begin(root, Trainings.options(residual, 60, Trainings.ALL))) {
            while (!trainer.isDone()) {
                steps.add(trainer.step());
            }
        }
        // ln 1024 is what knowing nothing costs.
        assertThat(steps.get(0).loss()).isCloseTo(Math.log(1024), within(0.1));
        assertThat(steps.get(59).loss()).isLessThan(3);
        assertThat(steps.get(59).tokens()).isEqualTo(60 * 2 * 24);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void stoppedAndContinuedEqualsOneGo(String residual) {
        TrainingOptions options = Trainings.options(residual, 6, Trainings.ALL);
        Path one = root.resolve("one");
        Path two = root.resolve("two");
        List<Double> losses = new ArrayList<>();
        try (Trainer trainer = Trainings.begin(one, options)) {
            while (!trainer.isDone()) {
                losses.add(trainer.step().loss());
            }
            trainer.save();
        }
        List<Double> again = new ArrayList<>();
        try (Trainer trainer = Trainings.begin(two, options)) {
            for (int i = 0; i < 3; i++) {
                again.add(trainer.step().loss());
            }
            trainer.save();
            // What comes after the checkpoint is lost with the process, and taken again.
            trainer.step();
        }
        try (Trainer trainer = Trainings.resume(two, options)) {
            assertThat(trainer.steps()).isEqualTo(3);
            while (!trainer.isDone()) {
                again.add(trainer.step().loss());
            }
            trainer.save();
        }
        assertThat(again).isEqualTo(losses);
        for (String file : List.of("state", "model/model.safetensors", "model/config.json")) {
            assertThat(Trainings.bytes(two.resolve(file))).as(file).isEqualTo(Trainings.bytes(one.resolve(file)));
        }
    }

    /** {@code /dev/full} is a disk without space: every write to it fails as one to a full disk does. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskKeepsTheCheckpointBefore() throws IOException {
        TrainingOptions options = Trainings.options("mhc", 6, Trainings.ALL);
        Path full = root.resolve("state.new");
        List<Double> losses = new ArrayList<>();
        byte[] before;
        try (Trainer trainer = Trainings.begin(root, options)) {
            trainer.step();
            trainer.step();
            trainer.save();
            before = Trainings.bytes(root.resolve("state"));
            losses.add(trainer.step().loss());
            Files.createSymbolicLink(full, Path.of("/dev/full"));
            assertThatThrownBy(trainer::save)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("state cannot be written (No space left on device): make space")
                    .hasMessageContaining("go on with --resume; the checkpoint before it is kept");
        }
        assertThat(Trainings.bytes(root.resolve("state"))).isEqualTo(before);
        Files.delete(full);
        try (Trainer trainer = Trainings.resume(root, options)) {
            assertThat(trainer.steps()).isEqualTo(2);
            assertThat(trainer.step().loss()).isEqualTo(losses.get(0));
            trainer.save();
        }
    }

    @Test
    void checkpointsAreTheProductsAndSayHowTheyWereMade() {
        try (Trainer trainer = Trainings.begin(root, Trainings.options("mhc", 6, Trainings.ALL))) {
            trainer.step();
            trainer.save();
        }
        Checkpoint checkpoint = Checkpoint.open(root.resolve("model"));
        assertThat(checkpoint.note()).isEqualTo("trained on sentences, 1 of 6 steps of 48 tokens, seed 5");
        assertThat(checkpoint.config().residual().name()).isEqualTo("mhc");
    }

    @Test
    void aDivergingStepChangesNothing() {
        TrainingOptions calm = Trainings.options("mhc", 6, Trainings.ALL);
        TrainingOptions hot = new TrainingOptions(
                "mhc",
                calm.shape(),
                new Schedule(6, 0, 1e30),
                calm.batch(),
                calm.length(),
                0,
                1,
                5,
                Trainings.ALL,
                Recompute.NONE,
                "cpu");
        try (Trainer trainer = Trainings.begin(root, hot)) {
            trainer.step();
            byte[] before = Trainings.bytes(root.resolve("state"));
            assertThatThrownBy(trainer::step)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("Step 1 of model has a loss of NaN")
                    .hasMessageContaining("last checkpoint is kept");
            assertThat(trainer.steps()).isEqualTo(1);
            assertThat(Trainings.bytes(root.resolve("state"))).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hc", "mhc"})
    void whatIsNotLearnedStays(String residual) {
        TrainingOptions options = Trainings.options(residual, 5, EnumSet.of(Mapping.RES));
        try (Trainer trainer = Trainings.begin(root, options)) {
            float[] before = values("model.layers.1.attn_hc.base");
            while (!trainer.isDone()) {
                trainer.step();
            }
            trainer.save();
            int n = options.shape().streams();
            float[] after = values("model.layers.1.attn_hc.base");
            for (int i = 0; i < 2 * n; i++) {
                assertThat(after[i]).isEqualTo(before[i]);
            }
            assertThat(after[2 * n]).isNotEqualTo(before[2 * n]);
            float[] scale = values("model.layers.1.attn_hc.scale");
            assertThat(scale[0]).isEqualTo(0.01f);
            assertThat(scale[1]).isEqualTo(0.01f);
            float[] fn = values("model.layers.1.attn_hc.fn");
            assertThat(fn[0]).isZero();
            assertThat(fn[fn.length - 1]).isNotZero();
        }
    }

    @Test
    void aStateOfAnotherModelIsRefused() {
        try (Trainer trainer = Trainings.begin(root.resolve("a"), Trainings.options("none", 5, Trainings.ALL))) {
            trainer.save();
        }
        try (Trainer trainer = Trainings.begin(root.resolve("b"), Trainings.options("mhc", 5, Trainings.ALL))) {
            trainer.save();
        }
        assertThat(Files.exists(root.resolve("b/state"))).isTrue();
        assertThatThrownBy(() -> Trainer.resume(
                        root.resolve("b/model"),
                        root.resolve("a/state"),
                        Trainings.options("mhc", 5, Trainings.ALL),
                        Trainings::document))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("it belongs to another model");
    }

    private float[] values(String tensor) {
        SafeTensors file = SafeTensors.open(root.resolve("model/model.safetensors"));
        SafeTensors.Tensor found = file.tensors().get(tensor);
        float[] values = new float[(int) found.elements()];
        file.map(found).asFloatBuffer().get(values);
        return values;
    }
}
