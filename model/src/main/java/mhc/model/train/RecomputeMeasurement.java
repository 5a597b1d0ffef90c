package mhc.model.train;

import java.util.List;
import java.util.Random;
import java.util.Set;
import mhc.eval.stats.Median;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * What selective recomputing stores and costs, on a new model and random tokens.
 *
 * @param storedBytes most bytes of streams, and of what sublayers read from them, at one time; 0 where everything is
 *     stored
 * @param equationBytes what the paper's Eq. 20 says
 * @param seconds of a step, the median
 */
public record RecomputeMeasurement(long storedBytes, long equationBytes, double seconds) {
    private static final int STEPS = 5;

    /** Takes a few steps of a model whose residual is mHC. The engine must run. */
    public static RecomputeMeasurement of(Shape shape, int batch, int length, Recompute recompute) {
        ModelConfig config = ModelConfig.of(shape.config("mhc", 0, ""));
        Initialisation initialisation = new Initialisation(config, Set.of(Mapping.values()), 1);
        List<TensorSpec> specs = Program.of(config).tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .toList();
        List<float[]> moments =
                specs.stream().map(spec -> new float[(int) spec.elements()]).toList();
        Random random = new Random(1);
        long[][] rows = new long[batch][];
        for (int row = 0; row < batch; row++) {
            rows[row] = random.longs(length, 0, shape.vocabulary()).toArray();
        }
        double[] seconds = new double[STEPS];
        long stored = 0;
        try (TrainingProgram program = new TrainingProgram(
                config,
                specs.stream().map(initialisation::values).toList(),
                moments,
                moments,
                specs.stream().map(initialisation::mask).toList(),
                0.1,
                1,
                recompute,
                "cpu")) {
            for (int i = 0; i < STEPS; i++) {
                long start = System.nanoTime();
                stored = program.step(rows, 0.001, i + 1).storedBytes();
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        long equation = recompute.block() == 0
                ? 0
                : (long) batch
                        * length
                        * Float.BYTES
                        * recompute.storedPerToken(shape.streams(), 2 * shape.layers(), shape.hidden());
        return new RecomputeMeasurement(stored, equation, Median.of(seconds));
    }
}
