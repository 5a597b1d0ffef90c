package mhc.model;

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
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import mhc.datasets.InputException;

/**
 * A loaded {@link Program} with its weights: Java arrays in, Java arrays out, keys and values staying with the engine. Thread-safe:
 * one forward pass runs at a time, callers take turns in the order in which they came.
 */
final class TorchProgram implements AutoCloseable {
    /** Most numbers of one [positions, vocabulary] block of logits: 64 MB. */
    static final int LOGITS_BLOCK = 1 << 24;

    private final NDManager manager;
    private final PtSymbolBlock block;
    private final int vocabulary;
    private final ComputeType type;
    private final ReentrantLock turn = new ReentrantLock(true);
    private boolean closed;

    private TorchProgram(NDManager manager, PtSymbolBlock block, int vocabulary, ComputeType type) {
        this.manager = manager;
        this.block = block;
        this.vocabulary = vocabulary;
        this.type = type;
    }

    /** Loads the program of a checkpoint, on the given kernels, and binds its weights, mapped from their files. */
    static TorchProgram load(Checkpoint checkpoint, String device, KernelPath kernels, ComputeType type) {
        Torch.prepareThread();
        NDManager manager = Torch.newManager(device);
        try {
            byte[] archive =
                    TorchArchive.of(kernels.rewrite(checkpoint.program().source()));
            PtSymbolBlock block =
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
            TorchProgram program =
                    new TorchProgram(manager, block, checkpoint.config().vocabulary(), type);
            program.bind(checkpoint);
            return program;
        } catch (IOException e) {
            manager.close();
            throw new UncheckedIOException("Reading from memory failed", e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private void bind(Checkpoint checkpoint) {
        PtNDArray[] weights = new WeightLoader(checkpoint, (PtNDManager) manager, this, type).load();
        try (IValue list = IValue.listFrom(weights);
                IValue wrong = call("bind", list)) {
            if (wrong.toLong() >= 0) {
                TensorSpec spec = checkpoint.program().tensors().get((int) wrong.toLong());
                WeightFiles.Stored stored = checkpoint.weights().get(spec);
                throw new InputException("Tensor " + stored.tensor().name() + " in "
                        + stored.file().file()
                        + " holds values that are not finite: the checkpoint is damaged or its training diverged; use"
                        + " another one.");
            }
        }
    }

    /** What {@link #prefill} found: per row the most likely next token, its lead, and the rows' entries. */
    record Prefilled(long[] next, float[] gap, Entries entries) {}

    /** Per row the most likely next token (the first of equals) and its lead over the second; a lead of NaN is a failure. */
    record Next(long[] token, float[] gap) {}

    /** Per position and target the log-likelihood and whether the target is the most likely token. */
    record Scored(float[] logLikelihood, boolean[] greedy) {}

    /**
     * Runs right-padded rows after their prefixes.
     *
     * @param ids [B, S]
     * @param lengths of the rows, each at least 1
     */
    Prefilled prefill(long[][] ids, int[] lengths, Prefixes prefixes) {
        return turn(scope -> {
            IValue[] out = results(
                    scope,
                    "prefill",
                    scope.matrix(ids),
                    scope.vector(lengths),
                    prefixes.entries().list(scope),
                    scope.vector(prefixes.family()),
                    scope.vector(prefixes.lengths()));
            scope.own(out[0], out[1]);
            return new Prefilled(scope.longs(out[0]), scope.floats(out[1]), new Entries(out[2]));
        });
    }

    /**
     * One greedy step of every row. The tokens' entries are written into the cache behind the rows' lengths.
     *
     * @param lengths tokens of each row already in the cache, each less than its capacity
     */
    Next decode(long[] tokens, int[] lengths, Entries cache) {
        int longest = Arrays.stream(lengths).max().orElseThrow() + 1;
        return turn(scope -> {
            IValue[] out = scope.own(results(
                    scope,
                    "decode",
                    scope.vector(tokens),
                    scope.vector(lengths),
                    cache.list(scope),
                    scope.own(IValue.from((long) longest))));
            return new Next(scope.longs(out[0]), scope.floats(out[1]));
        });
    }

    /**
     * Scores targets at positions of right-padded rows.
     *
     * @param positions indices into the flattened [B * S] tokens
     * @param targets [positions, K] tokens that may follow each
     */
    Scored score(long[][] ids, Prefixes prefixes, int[] positions, long[][] targets) {
        return turn(scope -> {
            IValue[] out = scope.own(results(
                    scope,
                    "score",
                    scope.matrix(ids),
                    prefixes.entries().list(scope),
                    scope.vector(prefixes.family()),
                    scope.vector(prefixes.lengths()),
                    scope.vector(positions),
                    scope.matrix(targets),
                    scope.own(IValue.from((long) Math.max(1, LOGITS_BLOCK / vocabulary)))));
            long[] greedy = scope.longs(out[1]);
            boolean[] flags = new boolean[greedy.length];
            for (int i = 0; i < flags.length; i++) {
                flags[i] = greedy[i] != 0;
            }
            return new Scored(scope.floats(out[0]), flags);
        });
    }

    /** All logits [B, S, V] (empty unless wanted) and the stream matrices, one [B * S, n, n] (index [in, out]) per site. */
    record Trace(float[] logits, float[][] combs) {}

    Trace trace(long[][] ids, boolean withLogits) {
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

    /** The entries of whole rows, prefix and suffix without the gap between, with room for {@code capacity} tokens. */
    Entries pack(Prefixes prefixes, Entries fresh, int capacity) {
        return turn(scope -> new Entries(call(
                "pack",
                prefixes.entries().list(scope),
                scope.vector(prefixes.family()),
                scope.vector(prefixes.lengths()),
                fresh.list(scope),
                scope.own(IValue.from((long) capacity)))));
    }

    /** The same rows with room for {@code capacity} tokens. */
    Entries grow(Entries cache, int capacity) {
        return turn(scope -> new Entries(call("grow", cache.list(scope), scope.own(IValue.from((long) capacity)))));
    }

    /** Some rows, in the given order. */
    Entries select(Entries cache, int[] rows) {
        return turn(scope -> new Entries(call("select", cache.list(scope), scope.vector(rows))));
    }

    /** The rows of two caches of equal capacity, one after the other. */
    Entries join(Entries above, Entries below) {
        return turn(scope -> new Entries(call("join", above.list(scope), below.list(scope))));
    }

    /** Bytes of the keys and values of some rows. */
    long bytes(Entries entries) {
        return turn(scope -> {
            long bytes = 0;
            for (PtNDArray part : entries.list(scope).toTensorArray(scope.manager())) {
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

    private <T> T turn(java.util.function.Function<CallScope, T> work) {
        Torch.prepareThread();
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The model is closed");
            }
            try (CallScope scope = new CallScope((PtNDManager) manager.newSubManager())) {
                return work.apply(scope);
            }
        } finally {
            turn.unlock();
        }
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
        turn.lock();
        try {
            if (!closed) {
                closed = true;
                block.close();
                manager.close();
            }
        } finally {
            turn.unlock();
        }
    }

    /** Entries (keys and values) of some rows, owned by the caller. */
    static final class Entries implements AutoCloseable {
        static final Entries NONE = new Entries(null);
        private final IValue list;

        private Entries(IValue list) {
            this.list = list;
        }

        private IValue list(CallScope scope) {
            return list == null ? scope.own(IValue.listFrom(new PtNDArray[0])) : list;
        }

        @Override
        public void close() {
            if (list != null) {
                list.close();
            }
        }
    }

    /**
     * What rows continue.
     *
     * @param entries of F prefixes, right-padded
     * @param lengths [F]
     * @param family prefix of each row, [B], or [1] when all rows continue the same one
     */
    record Prefixes(Entries entries, int[] lengths, int[] family) {
        static final Prefixes NONE = one(Entries.NONE, 0);

        /** One prefix that all rows continue. */
        static Prefixes one(Entries entries, int length) {
            return new Prefixes(entries, new int[] {length}, new int[] {0});
        }
    }
}
