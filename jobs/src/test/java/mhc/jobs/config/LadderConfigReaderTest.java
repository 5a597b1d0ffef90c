package mhc.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.train.Shape;
import org.junit.jupiter.api.Test;

class LadderConfigReaderTest {
    @Test
    void everySizeTrainsEveryModel() {
        List<LadderRun> runs = LadderConfigReader.read(Settings.parse("""
                models: {a: none, b: mhc}
                sizes:
                  small: {architecture: {hidden: 32}}
                  large: {architecture: {hidden: 64, layers: 5}, train: {steps: 70}}
                architecture: {layers: 2, heads: 4, intermediate: 48}
                data: {curriculum: paper}
                train: {steps: 30, warm-up: 3}
                out: runs/here
                """));

        assertThat(runs).extracting(LadderRun::name).containsExactly("small-a", "small-b", "large-a", "large-b");
        TrainConfig config = runs.get(3).config();
        assertThat(config.models().keySet()).containsExactly("large-b");
        assertThat(config.models().get("large-b").residual()).isEqualTo("mhc");
        assertThat(config.models().get("large-b").shape())
                .isEqualTo(new Shape(64, 5, 4, 4, 48, 1024, 1024, 4, 20, true));
        assertThat(config.models().get("large-b").schedule().steps()).isEqualTo(70);
        assertThat(runs.get(0).config().models().get("small-a").schedule().steps())
                .isEqualTo(30);
        assertThat(config.out()).isEqualTo(Path.of("runs/here/large-b"));
    }

    @Test
    void theCommittedLadderHasFourSizesOfThreeModels() {
        assertThat(LadderConfigReader.read(Settings.read(Path.of("..", "conf", "train-ladder.yaml"))))
                .hasSize(12);
    }

    @Test
    void mistakes() {
        assertThatThrownBy(() -> LadderConfigReader.read(Settings.parse("models: {a: none}")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("sizes is missing");
        assertThatThrownBy(() -> LadderConfigReader.read(Settings.parse("""
                        models: {a: none}
                        sizes: {s: {architecture: {hiden: 3}}, t: {train: {stepz: 1}}}
                        data: {curriculum: paper}
                        out: runs/x
                        """)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("architecture.hiden")
                .hasMessageContaining("train.stepz");
    }
}
