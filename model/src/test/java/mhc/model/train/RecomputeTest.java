package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.Torch;
import org.junit.jupiter.api.Test;

class RecomputeTest {
    private static final int LAYERS = 24;
    private static final int STREAMS = 4;
    private static final int HIDDEN = 8;

    @Test
    void autoIsTheMinimumOfWhatIsStored() {
        // The root of 4 * 48 / 6 is 5.66.
        Recompute least = Recompute.least(STREAMS, 2 * LAYERS);

        assertThat(least.block()).isEqualTo(6);
        for (int block = 1; block <= 2 * LAYERS; block++) {
            assertThat(new Recompute(block).storedPerToken(STREAMS, 2 * LAYERS, 1))
                    .as("blocks of %d", block)
                    .isGreaterThanOrEqualTo(least.storedPerToken(STREAMS, 2 * LAYERS, 1));
        }
    }

    @Test
    void whatIsStoredFollowsThePapersEquation() {
        Torch.start(1);
        Shape shape = new Shape(HIDDEN, LAYERS, 2, 2, 8, 32, 16, STREAMS, 3, true);
        ModelConfig config = ModelConfig.of(shape.config("mhc", 0, "test"));
        Initialisation initialisation = new Initialisation(config, Trainings.ALL, 1);
        List<TensorSpec> specs = Program.of(config).tensors().stream().skip(1).toList();
        List<float[]> weights = specs.stream().map(initialisation::values).toList();
        List<float[]> moments =
                specs.stream().map(spec -> new float[(int) spec.elements()]).toList();
        List<float[]> masks = specs.stream().map(spec -> new float[0]).toList();
        long[][] rows = {{1, 5, 9, 3, 30}, {4, 4, 8, 2, 7}};
        for (int block : new int[] {1, 2, 3, 6, 12, 48}) {
            Recompute recompute = new Recompute(block);
            try (TrainingProgram program =
                    new TrainingProgram(config, weights, moments, moments, masks, 0, 1, recompute, "cpu")) {
                assertThat(program.step(rows, 0, 1).storedBytes())
                        .as("blocks of %d", block)
                        .isEqualTo(10 * Float.BYTES * recompute.storedPerToken(STREAMS, 2 * LAYERS, HIDDEN));
            }
        }
    }
}
