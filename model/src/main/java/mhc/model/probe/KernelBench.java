package mhc.model.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import mhc.datasets.InputException;
import mhc.eval.stats.Median;
import mhc.model.engine.RandomTensors;
import mhc.model.engine.RandomTensors.Tensor;
import mhc.model.engine.TimedProgram;
import mhc.model.engine.Torch;
import mhc.model.kernels.FusedKernels;

/**
 * Times the fused operations beside their TorchScript references: n = 4 float32 streams, medians, outputs allocated by
 * each call as in a model. One thread may use it at a time.
 */
public final class KernelBench implements AutoCloseable {
    private static final int STREAMS = 4;
    private static final int ROWS = 2 * STREAMS + STREAMS * STREAMS;
    private static final long WORKING_SET = 256L << 20;

    /** Bytes from which on streams are rotated out of cache; smaller ones are where the operation before left them. */
    private static final long LARGE = 32L << 20;

    private static final int SAMPLES = 7;
    private static final double SAMPLE_SECONDS = 0.02;

    private final String device;
    private final TimedProgram fused;
    private final TimedProgram reference;
    private final Machine machine;

    private KernelBench(String device) {
        this.device = device;
        this.fused = TimedProgram.load(KernelBenchSource.fused(), device);
        this.reference = TimedProgram.load(KernelBenchSource.reference(), device);
        this.machine = measureMachine();
    }

    /** One thread count, one device; the first caller's threads hold for the process. */
    public static KernelBench open(String device, int threads) {
        Torch.start(threads);
        Optional<String> missing = FusedKernels.load(device);
        if (missing.isPresent()) {
            throw new InputException("There are no fused kernels to time: " + missing.get()
                    + "; use --device cpu on a build that has them.");
        }
        return new KernelBench(device);
    }

    /**
     * What everything is compared with.
     *
     * @param copyBytesPerSecond read plus written by a copy of 128 MB from one buffer to another
     * @param flopsPerSecond of a float32 matrix product [512, 2048] x [2048, 2048]
     */
    public record Machine(double copyBytesPerSecond, double flopsPerSecond) {}

    /**
     * One operation at one shape.
     *
     * @param seconds of one call, its results allocated by it
     * @param pageSeconds what writing results for the first time costs beyond writing the same memory again: large ones
     *     may be new pages of the operating system at every call
     * @param bytes that must move, weights and outputs included, each once
     * @param copyFraction rate of {@code bytes} over that of the machine's copy; above 1 where caches hold what is read
     * @param productFraction rate of the projection's FLOPs over that of the machine's matrix product; 0 without a
     *     projection
     */
    public record Row(
            String op,
            long tokens,
            int channels,
            double seconds,
            double pageSeconds,
            double referenceSeconds,
            long bytes,
            double copyFraction,
            double productFraction) {}

    public Machine machine() {
        return machine;
    }

    /** Times every operation at one shape. */
    public void run(long tokens, int channels, Consumer<Row> rows) {
        try (RandomTensors tensors = RandomTensors.on(device)) {
            Inputs inputs = Inputs.random(tensors, tokens, channels);
            double read = pages("f", inputs);
            double written = pages("h", inputs);
            for (Op op : Op.values()) {
                double fused = median(this.fused, op.label, inputs);
                double reference = median(this.reference, op.label, inputs);
                double pages = (op.reads ? read : 0) + (op.writes ? written : 0);
                long bytes = op.bytes(tokens, channels);
                double flops = op.projected * 2.0 * STREAMS * channels * tokens;
                rows.accept(new Row(
                        op.label,
                        tokens,
                        channels,
                        fused,
                        pages,
                        reference,
                        bytes,
                        bytes / fused / machine.copyBytesPerSecond,
                        flops / fused / machine.flopsPerSecond));
            }
        }
    }

    /**
     * Seconds that a fresh tensor like the streams ({@code h}) or a sublayer's output ({@code f}) costs by its pages.
     */
    private double pages(String like, Inputs inputs) {
        return Math.max(0, median(reference, "fresh_" + like, inputs) - median(reference, "again_" + like, inputs));
    }

    /**
     * An operation and what it must do: values of size C moved per token, other floats per token, rows of fn; whether a
     * read of the streams or new streams are among its results.
     */
    private enum Op {
        MIX("hc_mix", STREAMS, ROWS, ROWS, false, false),
        COEFFS("hc_coeffs", 0, 2 * ROWS, 0, false, false),
        APPLY_PRE("hc_apply_pre", STREAMS + 1, STREAMS, 0, true, false),
        PRE("hc_pre", STREAMS + 1, ROWS - STREAMS, ROWS, true, false),
        POST("hc_post", 2 * STREAMS + 1, ROWS - STREAMS, 0, false, true),
        POST_IN_PLACE("hc_post_", 2 * STREAMS + 1, ROWS - STREAMS, 0, false, false),
        POST_PRE("hc_post_pre", 2 * STREAMS + 2, 2 * (ROWS - STREAMS), ROWS, true, true),
        POST_PRE_IN_PLACE("hc_post_pre_", 2 * STREAMS + 2, 2 * (ROWS - STREAMS), ROWS, true, false),
        HEAD("hc_head", STREAMS + 1, 0, STREAMS, true, false),
        SITE("site", 3 * STREAMS + 2, 2 * (ROWS - STREAMS), ROWS, true, false);

        private final String label;
        private final int wide;
        private final int narrow;
        private final int projected;
        private final boolean reads;
        private final boolean writes;

        Op(String label, int wide, int narrow, int projected, boolean reads, boolean writes) {
            this.label = label;
            this.wide = wide;
            this.narrow = narrow;
            this.projected = projected;
            this.reads = reads;
            this.writes = writes;
        }

        long bytes(long tokens, int channels) {
            return Float.BYTES * (tokens * ((long) wide * channels + narrow) + (long) projected * STREAMS * channels);
        }
    }

    /** Rotated streams and sublayer outputs, and what stays: fn, scale, base, mix, pre, post, comb. */
    private record Inputs(List<Tensor> streams, List<Tensor> outputs, List<Tensor> fixed) {
        static Inputs random(RandomTensors tensors, long tokens, int channels) {
            long bytes = Float.BYTES * tokens * STREAMS * channels;
            int sets = bytes < LARGE ? 1 : (int) Math.max(2, WORKING_SET / bytes);
            List<Tensor> streams = new ArrayList<>();
            List<Tensor> outputs = new ArrayList<>();
            for (int i = 0; i < sets; i++) {
                streams.add(tensors.normal(1, tokens, STREAMS, channels));
                outputs.add(tensors.normal(1, tokens, channels));
            }
            long length = (long) STREAMS * channels;
            List<Tensor> fixed = List.of(
                    tensors.normal(1 / Math.sqrt(length), ROWS, length),
                    tensors.constant(1, 3),
                    tensors.normal(1, ROWS),
                    tensors.normal(1, tokens, ROWS),
                    tensors.uniform(1, tokens, STREAMS),
                    tensors.uniform(2, tokens, STREAMS),
                    // Columns of sum 1: streams that are written over and over keep their size.
                    tensors.constant(1.0 / STREAMS, tokens, STREAMS, STREAMS));
            return new Inputs(streams, outputs, fixed);
        }
    }

    private Machine measureMachine() {
        try (RandomTensors tensors = RandomTensors.on(device)) {
            long numbers = WORKING_SET / 2 / Float.BYTES;
            List<Tensor> buffers = List.of(tensors.constant(0, 1, 1, numbers), tensors.constant(0, 1, 1, numbers));
            double copy = median(reference, "copy", new Inputs(buffers, buffers, buffers));
            List<Tensor> factors = List.of(tensors.normal(1, 512, 2048), tensors.normal(1, 2048, 2048));
            double product = median(reference, "product", new Inputs(factors, factors, factors));
            return new Machine(2.0 * numbers * Float.BYTES / copy, 2.0 * 512 * 2048 * 2048 / product);
        }
    }

    /** Seconds of one call: the median over samples that each repeat it long enough to time. */
    private static double median(TimedProgram program, String operation, Inputs inputs) {
        String loop = "time_" + operation;
        long repeats = program.repeats(SAMPLE_SECONDS, loop, inputs.streams, inputs.outputs, inputs.fixed);
        double[] samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            samples[i] = program.seconds(loop, inputs.streams, inputs.outputs, inputs.fixed, repeats) / repeats;
        }
        return Median.of(samples);
    }

    @Override
    public void close() {
        fused.close();
        reference.close();
    }
}
