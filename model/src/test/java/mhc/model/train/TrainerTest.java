package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.model.engine.Torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    @TempDir
    static Path temporary;

    @BeforeAll
    static void engine() {
        Torch.start(1);
        TinyCheckpoints.write(temporary.resolve("tiny"), "none", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void learns(String residual) {
        int batch = Integer.getInteger("batch", 4), length = Integer.getInteger("length", 64);
        int steps = Integer.getInteger("steps", 30);
        TrainingOptions options = new TrainingOptions(
                residual,
                new Shape(128, 6, 4, 4, 344, 1024, 1024, 4, 20, true),
                new Schedule(steps, 5, 3e-3),
                batch,
                length,
                0.1,
                1,
                1,
                Set.of(Mapping.values()),
                "cpu");
        try (Trainer trainer = Trainer.begin(
                temporary.resolve(residual),
                temporary.resolve(residual + ".state"),
                options,
                temporary.resolve("tiny/tokenizer.json"),
                "<|endoftext|>",
                "test",
                i -> "The man number " + i % 7 + " is standing in a kitchen. He takes a knife and starts to cut the bread.")) {
            Step first = trainer.step();
            Step last = first;
            while (!trainer.isDone()) {
                last = trainer.step();
                System.out.println(residual + " " + last);
            }
            assertThat(last.loss()).isLessThan(first.loss() / 2);
        }
    }
}
