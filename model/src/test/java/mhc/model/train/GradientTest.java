package mhc.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.Torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients against differences of the loss, with weights by which every part of the model matters. */
class GradientTest {
    private static final long[][] ROWS = new long[3][17];

    static {
        for (int row = 0; row < 3; row++) {
            for (int i = 0; i < 17; i++) {
                ROWS[row][i] = (row * 131 + i * i * 7 + 3) % 300;
            }
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void alongEachTensorsGradientTheLossGrowsByItsNorm(String residual) {
        Torch.start(1);
        TinyCheckpoints.write(folder, residual, 3);
        Checkpoint checkpoint = Checkpoint.open(folder);
        List<TensorSpec> specs = checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .toList();
        List<float[]> weights = weights(checkpoint, residual);
        List<float[]> gradients;
        try (TrainingProgram program = program(checkpoint, weights)) {
            gradients = program.gradients(ROWS);
        }
        for (int i = 0; i < specs.size(); i++) {
            double norm = norm(gradients.get(i));
            assertThat(norm).as(specs.get(i).name()).isGreaterThan(0);
            // As large a step as changes the loss by some hundredths: float32 leaves two digits of that.
            double reach = Math.min(0.01 / norm, 0.05 * norm(weights.get(i)));
            double wide = slope(checkpoint, weights, i, gradients.get(i), reach / norm);
            double narrow = slope(checkpoint, weights, i, gradients.get(i), reach / norm / 2);
            // Richardson: what is left is of the fourth order.
            assertThat((4 * narrow - wide) / 3 / (norm * norm))
                    .as(specs.get(i).name())
                    .isCloseTo(1, within(0.02));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "hc", "mhc"})
    void recomputingChangesNothing(String residual) {
        Torch.start(1);
        TinyCheckpoints.write(folder, residual, 3);
        Checkpoint checkpoint = Checkpoint.open(folder);
        List<float[]> weights = weights(checkpoint, residual);
        List<float[]> expected;
        try (TrainingProgram program = program(checkpoint, weights)) {
            expected = program.gradients(ROWS);
        }
        // Six sublayers: blocks of one, blocks with a rest, one block, a block that is larger than all.
        for (int block : new int[] {1, 2, 4, 6, 9}) {
            try (TrainingProgram program = program(checkpoint, weights, new Recompute(block))) {
                List<float[]> gradients = program.gradients(ROWS);
                for (int i = 0; i < expected.size(); i++) {
                    double distance = norm(difference(gradients.get(i), expected.get(i)));
                    assertThat(distance / norm(expected.get(i)))
                            .as("blocks of %d, weight %d", block, i)
                            .isLessThan(1e-5);
                }
            }
        }
    }

    private static float[] difference(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    private static float[] between(float[] most, float[] little) {
        float[] values = new float[most.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = most[i] + 0.2f * little[i];
        }
        return values;
    }

    private static List<float[]> weights(Checkpoint checkpoint, String residual) {
        Initialisation beginning = new Initialisation(checkpoint.config(), Trainings.ALL, 3);
        return checkpoint.program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .map(spec -> {
                    float[] values = values(checkpoint, spec);
                    // Unbounded streams with random biases are chaotic: there they are near where training begins.
                    return residual.equals("hc") && spec.name().contains("_hc.")
                            ? between(beginning.values(spec), values)
                            : values;
                })
                .toList();
    }

    private static double slope(Checkpoint checkpoint, List<float[]> weights, int tensor, float[] way, double factor) {
        return (loss(checkpoint, weights, tensor, way, factor) - loss(checkpoint, weights, tensor, way, -factor))
                / (2 * factor);
    }

    private static double loss(Checkpoint checkpoint, List<float[]> weights, int tensor, float[] way, double factor) {
        List<float[]> moved = new ArrayList<>(weights);
        float[] values = weights.get(tensor).clone();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (factor * way[i]);
        }
        moved.set(tensor, values);
        try (TrainingProgram program = program(checkpoint, moved)) {
            float[] losses = program.losses(ROWS);
            double sum = 0;
            for (float loss : losses) {
                sum += loss;
            }
            return sum / losses.length;
        }
    }

    private static TrainingProgram program(Checkpoint checkpoint, List<float[]> weights) {
        return program(checkpoint, weights, Recompute.NONE);
    }

    private static TrainingProgram program(Checkpoint checkpoint, List<float[]> weights, Recompute recompute) {
        List<float[]> zeros = weights.stream().map(w -> new float[w.length]).toList();
        List<float[]> masks = weights.stream().map(w -> new float[0]).toList();
        return new TrainingProgram(checkpoint.config(), weights, zeros, zeros, masks, 0, 1, recompute, "cpu");
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static float[] values(Checkpoint checkpoint, TensorSpec spec) {
        SafeTensors file = SafeTensors.open(checkpoint.folder().resolve("model.safetensors"));
        float[] values = new float[(int) spec.elements()];
        file.map(file.tensors().get(spec.name())).asFloatBuffer().get(values);
        return values;
    }
}
