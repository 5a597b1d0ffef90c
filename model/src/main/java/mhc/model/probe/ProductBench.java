package mhc.model.probe;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import mhc.datasets.InputException;
import mhc.eval.stats.Median;
import mhc.model.decoder.Binder;
import mhc.model.decoder.Linker;
import mhc.model.engine.RandomTensors;
import mhc.model.engine.RandomTensors.Tensor;
import mhc.model.engine.TimedProgram;
import mhc.model.engine.Torch;
import mhc.model.kernels.FusedKernels;

/**
 * Times the product of a decoder's matrices in three forms: rows as they are stored and oneDNN's order, by the engine, and
 * panels, by this project's kernel. The matrices of C = 768, feed-forward 2048 and vocabulary 32,000, in float32; for few
 * tokens they come from memory, as those of a model do when it decodes.
 */
public final class ProductBench implements AutoCloseable {
    private static final int ROUNDS = 11;
    private static final double ROUND_SECONDS = 0.01;
    private static final List<Long> TOKENS = List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 512L, 2048L);

    /** Up to so many tokens, a matrix is not in a cache: as many are multiplied in turns as take the bytes. */
    private static final long FEW = 64;

    private static final long BYTES = 256 << 20;

    private static final List<Shape> SHAPES =
            List.of(new Shape(768, 768), new Shape(768, 2048), new Shape(2048, 768), new Shape(768, 32_000));

    private final TimedProgram program;

    private ProductBench(TimedProgram program) {
        this.program = program;
    }

    private record Shape(long inner, long columns) {}

    /**
     * One product.
     *
     * @param rows, oneDnn, panels floating-point operations per second, by the median round
     * @param gain median over the rounds, in which the three take turns, of oneDNN's time over that of the panels
     */
    public record Row(long tokens, long inner, long columns, double rows, double oneDnn, double panels, double gain) {}

    /** The first caller's threads hold for the process. */
    public static ProductBench open(int threads) {
        Torch.start(threads);
        if (!System.getProperty("os.arch").toLowerCase(Locale.ROOT).equals("amd64")) {
            throw new InputException("Packed products are compared on x86-64 processors only.");
        }
        FusedKernels.load("cpu").ifPresent(missing -> {
            throw new InputException("There is no product in panels to time: " + missing + ".");
        });
        String source =
                Linker.link(Binder.of(ProductBench.class, "product_bench.py").script());
        return new ProductBench(TimedProgram.load(source, "cpu"));
    }

    /** Times every shape. */
    public void run(Consumer<Row> rows) {
        for (Shape shape : SHAPES) {
            for (long tokens : TOKENS) {
                // the head runs at few positions
                if (shape.columns <= 2048 || tokens <= FEW) {
                    rows.accept(row(tokens, shape));
                }
            }
        }
    }

    private Row row(long tokens, Shape shape) {
        try (RandomTensors tensors = RandomTensors.on("cpu")) {
            List<Tensor> x = List.of(tensors.normal(1, tokens, shape.inner));
            List<Tensor> matrix = List.of(tensors.normal(1 / Math.sqrt(shape.inner), shape.columns, shape.inner));
            long bytes = Float.BYTES * shape.inner * shape.columns;
            program.seconds("prepare", x, x, matrix, tokens > FEW ? 1 : Math.max(2, BYTES / bytes));
            List<String> loops = List.of("time_rows", "time_onednn", "time_panels");
            long[] repeats = loops.stream()
                    .mapToLong(loop -> program.repeats(ROUND_SECONDS, loop, x, x, x))
                    .toArray();
            double[][] seconds = new double[loops.size()][ROUNDS];
            double[] gains = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                for (int form = 0; form < repeats.length; form++) {
                    seconds[form][round] = program.seconds(loops.get(form), x, x, x, repeats[form]) / repeats[form];
                }
                gains[round] = seconds[1][round] / seconds[2][round];
            }
            double work = 2.0 * tokens * shape.inner * shape.columns;
            return new Row(
                    tokens,
                    shape.inner,
                    shape.columns,
                    work / Median.of(seconds[0]),
                    work / Median.of(seconds[1]),
                    work / Median.of(seconds[2]),
                    Median.of(gains));
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
