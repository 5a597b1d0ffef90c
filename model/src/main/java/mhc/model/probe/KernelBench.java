package mhc.model.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import mhc.datasets.InputException;
import mhc.model.decoder.TorchArchive;
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

    private final NDManager manager;
    private final PtSymbolBlock block;
    private final Machine machine;

    private KernelBench(NDManager manager, PtSymbolBlock block) {
        this.manager = manager;
        this.block = block;
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
        Torch.prepareThread();
        NDManager manager = Torch.newManager(device);
        try {
            byte[] archive = TorchArchive.of(KernelBenchSource.TEXT);
            return new KernelBench(
                    manager,
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false));
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Reading from memory failed", e);
        }
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
        try (NDManager scope = manager.newSubManager()) {
            Inputs inputs = Inputs.random(scope, tokens, channels);
            double read = pages("f", inputs);
            double written = pages("h", inputs);
            for (Op op : Op.values()) {
                double fused = median("fused_" + op.label, inputs);
                double reference = median("plain_" + op.label, inputs);
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
        return Math.max(0, median("fresh_" + like, inputs) - median("again_" + like, inputs));
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
    private record Inputs(NDArray[] streams, NDArray[] outputs, NDArray[] fixed) {
        static Inputs random(NDManager scope, long tokens, int channels) {
            long bytes = Float.BYTES * tokens * STREAMS * channels;
            int sets = bytes < LARGE ? 1 : (int) Math.max(2, WORKING_SET / bytes);
            NDArray[] streams = new NDArray[sets];
            NDArray[] outputs = new NDArray[sets];
            for (int i = 0; i < sets; i++) {
                streams[i] = scope.randomNormal(new Shape(tokens, STREAMS, channels));
                outputs[i] = scope.randomNormal(new Shape(tokens, channels));
            }
            long length = (long) STREAMS * channels;
            // Columns of sum 1: streams that are written over and over keep their size.
            NDArray comb = scope.randomUniform(0, 1, new Shape(tokens, STREAMS, STREAMS));
            NDArray[] fixed = {
                scope.randomNormal(new Shape(ROWS, length)).mul(1 / Math.sqrt(length)),
                scope.ones(new Shape(3)),
                scope.randomNormal(new Shape(ROWS)),
                scope.randomNormal(new Shape(tokens, ROWS)),
                scope.randomUniform(0, 1, new Shape(tokens, STREAMS)),
                scope.randomUniform(0, 2, new Shape(tokens, STREAMS)),
                comb.div(comb.sum(new int[] {1}, true)),
            };
            return new Inputs(streams, outputs, fixed);
        }
    }

    private Machine measureMachine() {
        try (NDManager scope = manager.newSubManager()) {
            long numbers = WORKING_SET / 2 / Float.BYTES;
            NDArray[] buffers = {scope.zeros(new Shape(1, 1, numbers)), scope.zeros(new Shape(1, 1, numbers))};
            NDArray[] none = new NDArray[0];
            double copy = median("copy", new Inputs(buffers, none, none));
            NDArray[] factors = {scope.randomNormal(new Shape(512, 2048)), scope.randomNormal(new Shape(2048, 2048))};
            double product = median("product", new Inputs(factors, none, none));
            return new Machine(2.0 * numbers * Float.BYTES / copy, 2.0 * 512 * 2048 * 2048 / product);
        }
    }

    /** Seconds of one call: the median over samples that each repeat it long enough to time. */
    private double median(String method, Inputs inputs) {
        long repeats = 1;
        double once = time(method, inputs, repeats);
        once = Math.min(once, time(method, inputs, repeats));
        if (once < SAMPLE_SECONDS) {
            repeats = (long) Math.ceil(SAMPLE_SECONDS / once);
        }
        double[] samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            samples[i] = time(method, inputs, repeats) / repeats;
        }
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
    }

    private double time(String method, Inputs inputs, long repeats) {
        List<IValue> arguments =
                List.of(list(inputs.streams), list(inputs.outputs), list(inputs.fixed), IValue.from(repeats));
        try {
            long start = System.nanoTime();
            // The value depends on the last result: a device has finished when it is here.
            try (IValue done = IValueUtils.runMethod(block, method, arguments.toArray(IValue[]::new))) {
                done.toDouble();
            }
            return (System.nanoTime() - start) * 1e-9;
        } finally {
            arguments.forEach(IValue::close);
        }
    }

    private static IValue list(NDArray[] arrays) {
        return IValue.listFrom(Arrays.stream(arrays).map(PtNDArray.class::cast).toArray(PtNDArray[]::new));
    }

    @Override
    public void close() {
        block.close();
        manager.close();
    }
}
