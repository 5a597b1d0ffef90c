package mhc.model.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.WeightFiles;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.decoder.TorchArchive;
import mhc.model.inference.ForwardPasses;
import mhc.model.inference.OutOfMemoryException;
import mhc.model.inference.Pass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loaded {@link Program} with its weights: Java arrays in, Java arrays out, keys and values staying with the engine. Thread-safe:
 * one forward pass runs at a time, on a thread of the program's own, in the order in which callers came.
 */
public final class TorchProgram implements ForwardPasses, AutoCloseable {
    /** Most numbers of one [positions, vocabulary] block of logits: 64 MB. */
    public static final int LOGITS_BLOCK = 1 << 24;

    private static final Logger log = LoggerFactory.getLogger(TorchProgram.class);

    /** As libtorch's allocators for CPU ("can't allocate memory", "not enough memory") and CUDA put it. */
    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("out of memory|not enough memory|can't allocate memory", Pattern.CASE_INSENSITIVE);

    private final NDManager manager;
    private final PtSymbolBlock block;
    private final String source;
    private final int vocabulary;
    private final ComputeType type;
    private final EngineThread thread = new EngineThread();

    private TorchProgram(NDManager manager, PtSymbolBlock block, String source, int vocabulary, ComputeType type) {
        this.manager = manager;
        this.block = block;
        this.source = source;
        this.vocabulary = vocabulary;
        this.type = type;
    }

    /** Loads the program of a checkpoint, on the given kernels, and binds its weights, mapped from their files. */
    public static TorchProgram load(Checkpoint checkpoint, String device, KernelPath kernels, ComputeType type) {
        PackedWeights packing = PackedWeights.on(device);
        String source = ProgramModule.source(checkpoint.program(), kernels, packing);
        TorchProgram program = load(source, checkpoint.config().vocabulary(), device, type);
        try {
            return program.thread.run(() -> program.bind(checkpoint, packing));
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private TorchProgram bind(Checkpoint checkpoint, PackedWeights packing) {
        PtNDArray[] weights = new WeightLoader(checkpoint, (PtNDManager) manager, this, type).load();
        int wrong = bind(weights);
        if (wrong >= 0) {
            throw notFinite(checkpoint, wrong);
        }
        int[] packed = packing.of(checkpoint.program().tensors(), type);
        pack(packed);
        for (int place : packed) {
            weights[place].close();
        }
        return this;
    }

    /**
     * Loads a program onto float32 weights that are there already, in its order; they may be closed afterwards.
     *
     * @throws IllegalArgumentException when one of them is not finite
     */
    public static TorchProgram load(
            Program program, int vocabulary, String device, KernelPath kernels, PtNDArray[] weights) {
        PackedWeights packing = PackedWeights.on(device);
        String source = ProgramModule.source(program, kernels, packing);
        TorchProgram loaded = load(source, vocabulary, device, ComputeType.FLOAT32);
        int wrong = loaded.thread.run(() -> loaded.bind(weights));
        if (wrong >= 0) {
            loaded.close();
            throw new IllegalArgumentException("weight " + wrong + " is not finite");
        }
        return loaded.thread.run(() -> loaded.pack(packing.of(program.tensors(), ComputeType.FLOAT32)));
    }

    private static TorchProgram load(String source, int vocabulary, String device, ComputeType type) {
        Torch.prepareThread();
        NDManager manager = Torch.newManager(device);
        try {
            InputStream archive = new ByteArrayInputStream(TorchArchive.of(source));
            PtSymbolBlock block = JniUtils.loadModule((PtNDManager) manager, archive, false, false);
            return new TorchProgram(manager, block, source, vocabulary, type);
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Reading from memory failed", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The index of the first weight that is not finite, or -1. */
    private int bind(PtNDArray[] weights) {
        try (IValue list = IValue.listFrom(weights);
                IValue wrong = call("bind", list)) {
            return (int) wrong.toLong();
        }
    }

    /** Holds these weights in the engine's own form from now on. */
    private TorchProgram pack(int[] places) {
        if (places.length > 0) {
            try (IValue list =
                            IValue.listFrom(Arrays.stream(places).asLongStream().toArray());
                    IValue left = call("pack", list)) {
                if (left.toLong() > 0) {
                    log.warn(
                            "{} of {} matrices are multiplied as they are stored: this processor's packed product of"
                                    + " their shape gives other numbers",
                            left.toLong(),
                            places.length);
                }
            }
        }
        return this;
    }

    private static InputException notFinite(Checkpoint checkpoint, int index) {
        TensorSpec spec = checkpoint.program().tensors().get(index);
        WeightFiles.Stored stored = checkpoint.weights().get(spec);
        return new InputException("Tensor " + stored.tensor().name() + " in "
                + stored.file().file()
                + " holds values that are not finite: the checkpoint is damaged or its training diverged; use"
                + " another one.");
    }

    /** The TorchScript that runs. */
    String source() {
        return source;
    }

    @Override
    public long clock() {
        return System.nanoTime() - thread.waited();
    }

    /** Runs a pass. */
    @Override
    public Found read(Pass pass, int headBlock) {
        List<Entries> past = new ArrayList<>();
        long[] above = pass.above(past);
        return turn(scope -> {
            IValue[] out = scope.own(results(
                    scope,
                    "read",
                    scope.vector(pass.ids()),
                    scope.vector(pass.positions()),
                    scope.own(IValue.listFrom(pass.own())),
                    scope.own(IValue.listFrom(above)),
                    lists(scope, past),
                    scope.own(IValue.listFrom(pass.keptRanges())),
                    scope.vector(pass.asked()),
                    scope.matrix(pass.targets()),
                    scope.own(IValue.from((long) Math.min(headBlock, Math.max(1, LOGITS_BLOCK / vocabulary))))));
            List<Entries> kept = new ArrayList<>();
            for (IValue list : out[2].toIValueArray()) {
                kept.add(new Tensors(list));
            }
            return new Found(scope.floats(out[0]), scope.longs(out[1]), kept);
        });
    }

    /**
     * Greedy steps of the first rows of a cache. The tokens' entries are written into the cache, behind the rows' own.
     *
     * @param tokens the newest of each row
     * @param positions of these tokens in their sequences
     * @param lengths own entries of each row in the cache; these and {@code steps} more fit into its capacity
     */
    @Override
    public Steps decode(long[] tokens, int[] positions, int[] lengths, Entries cache, Shared shared, int steps) {
        int longest = Arrays.stream(lengths).max().orElseThrow() + 1;
        return turn(scope -> {
            IValue[] out = scope.own(results(
                    scope,
                    "decode",
                    scope.vector(tokens),
                    scope.vector(positions),
                    scope.vector(lengths),
                    list(scope, cache),
                    scope.own(IValue.listFrom(shared.above())),
                    scope.vector(shared.order()),
                    lists(scope, shared.past()),
                    scope.own(IValue.from((long) longest)),
                    scope.own(IValue.from((long) steps))));
            return new Steps(scope.longs(out[0]), scope.floats(out[1]));
        });
    }

    /** All logits [B, S, V] (empty unless wanted) and the stream matrices, one [B * S, n, n] (index [in, out]) per site. */
    public record Trace(float[] logits, float[][] combs) {}

    public Trace trace(long[][] ids, boolean withLogits) {
        return turn(scope -> {
            IValue[] out = scope.own(results(scope, "trace", scope.matrix(ids), scope.own(IValue.from(withLogits))));
            PtNDArray[] combs = out[1].toTensorArray(scope.manager());
            float[][] values = new float[combs.length][];
            for (int i = 0; i < combs.length; i++) {
                values[i] = combs[i].toFloatArray();
            }
            return new Trace(withLogits ? scope.floats(out[0]) : new float[0], values);
        });
    }

    /** A cache of rows of {@code capacity} entries shaped as {@code like}'s, holding what {@code before} holds. */
    @Override
    public Entries room(Entries before, Entries like, int rows, int capacity) {
        return turn(scope -> new Tensors(call(
                "room",
                list(scope, before),
                list(scope, like),
                scope.own(IValue.from((long) rows)),
                scope.own(IValue.from((long) capacity)))));
    }

    /** Copies entries into a row of a cache, one after the other from its start. */
    @Override
    public void settle(Entries cache, int row, List<Entries> parts) {
        turn(scope ->
                scope.own(call("settle", list(scope, cache), scope.own(IValue.from((long) row)), lists(scope, parts))));
    }

    /** Copies the first {@code count} entries of one row of a cache over those of another. */
    @Override
    public void move(Entries cache, int source, int target, int count) {
        turn(scope -> scope.own(call(
                "move",
                list(scope, cache),
                scope.own(IValue.from((long) source)),
                scope.own(IValue.from((long) target)),
                scope.own(IValue.from((long) count)))));
    }

    /** Bytes of the keys and values of some rows. */
    long bytes(Entries entries) {
        return turn(scope -> {
            long bytes = 0;
            for (PtNDArray part : list(scope, entries).toTensorArray(scope.manager())) {
                bytes += part.getShape().size() * type.bytes();
            }
            return bytes;
        });
    }

    /**
     * A tensor as another type.
     *
     * @param raw its numbers, or [..., size of one] bytes where Java cannot name the type
     * @param stored the engine's number for the type of bytes
     * @param wanted the engine's number for the type of the result
     */
    PtNDArray cast(PtNDArray raw, int stored, int wanted) {
        try (IValue numbers = IValue.from(raw);
                IValue from = IValue.from((long) stored);
                IValue to = IValue.from((long) wanted);
                IValue result = call("cast", numbers, from, to)) {
            return result.toTensor((PtNDManager) manager);
        }
    }

    /** Blocks of rows of one tensor, which are closed. */
    PtNDArray concatenate(NDList blocks) {
        try (blocks;
                IValue parts = IValue.listFrom(
                        blocks.stream().map(part -> (PtNDArray) part).toArray(PtNDArray[]::new));
                IValue whole = call("concatenate", parts)) {
            return whole.toTensor((PtNDManager) manager);
        }
    }

    /** As {@link #cast}, of a matrix [R, C, 1] of 8-bit numbers with one factor for each block of rows and columns. */
    PtNDArray dequantise(PtNDArray raw, int stored, PtNDArray scale, BlockScales scales, int wanted) {
        try (IValue numbers = IValue.from(raw);
                IValue from = IValue.from((long) stored);
                IValue factors = IValue.from(scale);
                IValue rows = IValue.from((long) scales.rows());
                IValue columns = IValue.from((long) scales.columns());
                IValue to = IValue.from((long) wanted);
                IValue result = call("dequantise", numbers, from, factors, rows, columns, to)) {
            return result.toTensor((PtNDManager) manager);
        }
    }

    /** Lists of tensors as one argument, behind a first one that is never looked at: the engine takes no empty list of lists. */
    private static IValue lists(CallScope scope, List<Entries> entries) {
        IValue[] lists = new IValue[entries.size() + 1];
        lists[0] = list(scope, Entries.NONE);
        for (int i = 0; i < entries.size(); i++) {
            lists[i + 1] = list(scope, entries.get(i));
        }
        return scope.own(IValue.listFrom(lists));
    }

    private <T> T turn(Function<CallScope, T> work) {
        return thread.run(() -> {
            try (CallScope scope = new CallScope((PtNDManager) manager.newSubManager())) {
                return work.apply(scope);
            } catch (EngineException e) {
                throw outOfMemory(e).map(RuntimeException.class::cast).orElse(e);
            }
        });
    }

    private static Optional<OutOfMemoryException> outOfMemory(EngineException failure) {
        String message = failure.getMessage();
        return message != null && OUT_OF_MEMORY.matcher(message).find()
                ? Optional.of(new OutOfMemoryException(failure))
                : Optional.empty();
    }

    /** The elements of the tuple that a method returns, for the caller to own. */
    private IValue[] results(CallScope scope, String method, IValue... arguments) {
        return scope.own(call(method, arguments)).toIValueTuple();
    }

    private IValue call(String method, IValue... arguments) {
        return IValueUtils.runMethod(block, method, arguments);
    }

    /** An engine array over the bytes of a tensor; on a CPU nothing is copied. */
    static PtNDArray arrayOver(PtNDManager manager, java.nio.ByteBuffer bytes, Shape shape, DataType type) {
        return JniUtils.createNdFromByteBuffer(
                manager, bytes, shape, type, ai.djl.ndarray.types.SparseFormat.DENSE, manager.getDevice());
    }

    @Override
    public void close() {
        thread.close(() -> {
            block.close();
            manager.close();
        });
    }

    /** Entries as the engine's list of tensors. */
    private record Tensors(IValue list) implements Entries {
        @Override
        public void close() {
            list.close();
        }
    }

    /** The tensors of entries; those of {@link Entries#NONE} are an empty list. */
    private static IValue list(CallScope scope, Entries entries) {
        return entries instanceof Tensors tensors ? tensors.list() : scope.own(IValue.listFrom(new PtNDArray[0]));
    }
}
