package mhc.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.train.Mapping;
import mhc.model.train.Recompute;
import mhc.model.train.Schedule;
import mhc.model.train.Shape;
import mhc.model.train.TrainingOptions;
import org.junit.jupiter.api.Test;

class TrainConfigReaderTest {
    @Test
    void everyKey() {
        TrainConfig config = TrainConfigReader.read(Settings.parse("""
                name: try
                models: {a: none, b: mhc}
                architecture: {hidden: 32, layers: 3, heads: 4, key-value-heads: 2, intermediate: 48, max-length: 128,
                  streams: 2, sinkhorn-iterations: 5, tied: false}
                data: {curriculum: lm-eval}
                tokenizer: curriculum
                end-of-text: <|endoftext|>
                train: {steps: 50, batch: 3, length: 100, learning-rate: 0.01, warm-up: 7, weight-decay: 0.2, clip: 0.5,
                  seed: 9, learn: [res, post], recompute: 3, checkpoint-every: 11}
                device: cpu
                threads: 2
                out: runs/try
                """));

        assertThat(config.models().keySet()).containsExactly("a", "b");
        assertThat(config.models().get("b"))
                .isEqualTo(new TrainingOptions(
                        "mhc",
                        new Shape(32, 3, 4, 2, 48, 1024, 128, 2, 5, false),
                        new Schedule(50, 7, 0.01),
                        3,
                        100,
                        0.2,
                        0.5,
                        9,
                        EnumSet.of(Mapping.RES, Mapping.POST),
                        new Recompute(3),
                        "cpu"));
        assertThat(config.data()).isEqualTo(new TrainConfig.Data(true, "lm-eval", "", 9));
        assertThat(config.checkpointEvery()).isEqualTo(11);
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.out()).hasToString("runs/try");
    }

    @Test
    void allProblemsAtOnce() {
        assertThatThrownBy(() -> TrainConfigReader.read(Settings.parse("""
                        models: {training: plain}
                        architecture: {hidden: 30, heads: 4, depth: 2}
                        data: {}
                        tokenizer: /nowhere/tokenizer.json
                        train: {length: 2048, learn: [res, all], learning-rate: -1, warm-up: 2000}
                        device: gpu
                        """)))
                .isInstanceOf(InputException.class)
                .satisfies(e -> {
                    for (String part : List.of(
                            "The configuration has 12 problems",
                            "not the word training",
                            "models.training is plain: use none or hc or mhc",
                            "architecture.hidden is 30",
                            "unknown key architecture.depth",
                            "data needs one of curriculum",
                            "/nowhere/tokenizer.json",
                            "train.length is 2048: expected at most architecture.max-length, 1024",
                            "train.learn names all: use res, pre and post",
                            "train.learning-rate is -1",
                            "train.warm-up is 2000: expected at most train.steps, 1000",
                            "device is gpu")) {
                        assertThat(e.getMessage()).contains(part);
                    }
                });
    }
}
