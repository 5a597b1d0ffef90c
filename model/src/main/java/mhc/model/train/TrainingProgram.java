package mhc.model.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mhc.model.decoder.Binder;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Program;
import mhc.model.decoder.Residual;
import mhc.model.decoder.Script;
import mhc.model.decoder.TensorSpec;
import mhc.model.decoder.TorchArchive;
import mhc.model.engine.Torch;

/**
 * A {@link Program} that is trained: its plain tensor operations, differentiated, with the optimiser beside them.
 * Gradient mode is a setting of a thread: it is on inside every call that needs it and off afterwards. Not thread-safe.
 */
final class TrainingProgram implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPS = 1e-8;

    private final PtNDManager manager;
    private final PtSymbolBlock block;
    private final List<TensorSpec> specs;
    private final PtNDArray[] firsts;
    private final PtNDArray[] seconds;
    private final PtNDArray[] weights;
    private final double clip;
    private final double decay;

    /**
     * What a step found.
     *
     * @param storedBytes most bytes of streams, and of what sublayers read from them, at one time; 0 where all is
     *     stored
     */
    record Found(double loss, double norm, long storedBytes) {
        boolean isFinite() {
            return Double.isFinite(loss) && Double.isFinite(norm);
        }
    }

    /**
     * @param weights all but the rotary frequencies, in the program's order
     * @param firsts AdamW's first moments, and its second ones
     * @param masks for each weight 1 or 0 for each row, or nothing where all learn
     */
    TrainingProgram(
            ModelConfig config,
            List<float[]> weights,
            List<float[]> firsts,
            List<float[]> seconds,
            List<float[]> masks,
            double decay,
            double clip,
            Recompute recompute,
            String device) {
        Torch.prepareThread();
        this.manager =
                (PtNDManager) Torch.newManager(!device.equals("auto") ? device : Torch.hasGpu() ? "cuda" : "cpu");
        Program program = Program.of(config);
        this.specs = program.tensors()
                .subList(Program.FREQUENCIES + 1, program.tensors().size());
        this.decay = decay;
        this.clip = clip;
        try {
            InputStream archive =
                    new ByteArrayInputStream(TorchArchive.of(source(program, config.layers(), recompute)));
            this.block = JniUtils.loadModule(manager, archive, false, false);
            this.weights = arrays(weights);
            this.firsts = arrays(firsts);
            this.seconds = arrays(seconds);
            for (PtNDArray weight : this.weights) {
                weight.setRequiresGradient(true);
            }
            List<PtNDArray> bound = new ArrayList<>();
            bound.add((PtNDArray) manager.create(config.frequencies()));
            Stream.of(this.weights, this.firsts, this.seconds, masks(masks))
                    .map(List::of)
                    .forEach(bound::addAll);
            try (IValue list = IValue.listFrom(bound.toArray(PtNDArray[]::new))) {
                call("start", list).close();
            }
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Reading from memory failed", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The training's module over the decoder, some functions of which are written so that gradients are cheap. */
    private static String source(Program program, int layers, Recompute recompute) {
        Residual residual = program.residual();
        Script decoder = program.script();
        if (residual.hasStreams()) {
            String coefficients = residual.name().equals("mhc") ? "constrained.py" : "unconstrained.py";
            decoder = decoder.with(
                    Binder.of(TrainingProgram.class, "streams.py", coefficients).script());
        }
        return new Program(program.tensors(), program.layerStarts(), program.tied(), residual, decoder)
                .source(module(layers, recompute), KernelPath.of(residual, false), PackedWeights.NONE);
    }

    private static Script module(int layers, Recompute recompute) {
        return recompute.block() == 0
                ? Binder.of(TrainingProgram.class, "training.py", "store.py").script()
                : Binder.of(TrainingProgram.class, "training.py", "recompute.py")
                        .set("LAYERS", layers)
                        .set("BLOCK", recompute.block())
                        .script();
    }

    private PtNDArray[] arrays(List<float[]> values) {
        PtNDArray[] arrays = new PtNDArray[specs.size()];
        for (int i = 0; i < arrays.length; i++) {
            long[] sides =
                    specs.get(i).shape().stream().mapToLong(Long::longValue).toArray();
            arrays[i] = (PtNDArray) manager.create(values.get(i), new Shape(sides));
        }
        return arrays;
    }

    /** As columns, so that each row of a tensor meets its number. */
    private PtNDArray[] masks(List<float[]> masks) {
        PtNDArray[] arrays = new PtNDArray[masks.size()];
        for (int i = 0; i < arrays.length; i++) {
            float[] mask = masks.get(i);
            boolean matrix = specs.get(i).shape().size() > 1 && mask.length > 0;
            arrays[i] = (PtNDArray) manager.create(mask, matrix ? new Shape(mask.length, 1) : new Shape(mask.length));
        }
        return arrays;
    }

    /**
     * One update; nothing changes where the loss or the gradient is not finite.
     *
     * @param ids [rows][length]
     * @param time of the optimiser, from 1
     */
    Found step(long[][] ids, double rate, long time) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray settings = scope.create(new double[] {rate, time, clip, decay, BETA1, BETA2, EPS});
            return found(differentiated(scope, ids, settings));
        }
    }

    private static Found found(NDList out) {
        return new Found(
                out.get(0).getFloat(), out.get(1).getFloat(), out.get(2).getLong());
    }

    /** The gradient of the mean loss by every weight. */
    List<float[]> gradients(long[][] ids) {
        try (NDManager scope = manager.newSubManager()) {
            NDList out = differentiated(scope, ids, scope.create(new double[0]));
            return out.subList(3, out.size()).stream()
                    .map(NDArray::toFloatArray)
                    .toList();
        }
    }

    /**
     * Methods run without gradients, but for {@code forward} in training. What that is given and what it keeps must not
     * come from another method.
     */
    private NDList differentiated(NDManager scope, long[][] ids, NDArray settings) {
        JniUtils.setGradMode(true);
        try {
            NDList out = IValueUtils.forward(block, new NDList(batch(scope, ids), settings), true);
            out.attach(scope);
            return out;
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    /** The mean loss of each row, without a gradient. */
    float[] losses(long[][] ids) {
        try (NDManager scope = manager.newSubManager();
                IValue rows = IValue.from((PtNDArray) batch(scope, ids));
                IValue found = call("held_out", rows)) {
            return found.toTensor((PtNDManager) scope).toFloatArray();
        }
    }

    /** Stream matrices of each site, one [tokens, n, n] (index [in, out]) each, without a gradient. */
    float[][] streamMatrices(long[][] ids) {
        try (NDManager scope = manager.newSubManager();
                IValue rows = IValue.from((PtNDArray) batch(scope, ids));
                IValue found = call("stream_matrices", rows)) {
            return Arrays.stream(found.toTensorArray((PtNDManager) scope))
                    .map(PtNDArray::toFloatArray)
                    .toArray(float[][]::new);
        }
    }

    List<float[]> weights() {
        return values(weights);
    }

    List<float[]> firstMoments() {
        return values(firsts);
    }

    List<float[]> secondMoments() {
        return values(seconds);
    }

    private static List<float[]> values(PtNDArray[] arrays) {
        return Arrays.stream(arrays).map(PtNDArray::toFloatArray).toList();
    }

    private static NDArray batch(NDManager scope, long[][] ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return scope.create(flat, new Shape(ids.length, ids[0].length));
    }

    private IValue call(String method, IValue... arguments) {
        return IValueUtils.runMethod(block, method, arguments);
    }

    @Override
    public void close() {
        block.close();
        manager.close();
    }
}
