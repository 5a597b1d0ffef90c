package mhc.model.engine;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.DecoderOperations;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.PackedWeights;
import mhc.model.decoder.Placement;
import mhc.model.decoder.Program;
import mhc.model.inference.ForwardPasses;
import mhc.model.inference.Pass;

/**
 * A loaded {@link Program} with its weights: Java arrays in, Java arrays out, keys and values staying with the engine.
 * Thread-safe: forward passes run on threads of the program's, in the order in which callers came; on a processor those of
 * several callers side by side, unless bits that are to be the same could differ then.
 */
public final class TorchProgram implements ForwardPasses, AutoCloseable {
    /** Most numbers of one [positions, vocabulary] block of logits: 64 MB. */
    public static final int LOGITS_BLOCK = 1 << 24;

    private final TorchModule module;
    private final int vocabulary;
    private final ComputeType type;
    private final boolean rowsApart;

    private TorchProgram(TorchModule module, int vocabulary, ComputeType type, boolean rowsApart) {
        this.module = module;
        this.vocabulary = vocabulary;
        this.type = type;
        this.rowsApart = rowsApart;
    }

    /**
     * Loads the program of a checkpoint, on the given kernels, and binds its weights, mapped from their files, each on
     * the device of its layer.
     *
     * @throws mhc.datasets.InputException when a weight is not finite, or a device is not there or has too little memory
     */
    public static TorchProgram load(Checkpoint checkpoint, InferenceOptions options, KernelPath kernels) {
        ComputeType type = ComputeType.of(options.dtype());
        boolean stored = options.weights().equals("stored") && checkpoint.isCompressed();
        List<Device> devices = Torch.devices(options.devices());
        Placement placement =
                Placement.of(checkpoint.program(), devices.size(), spec -> checkpoint.heldBytes(spec, type, stored));
        placement.requireFit(
                options.devices(),
                placement.bytes(),
                devices.stream().map(Torch::memory).toList());
        DecoderOperations operations = DecoderOperations.choose(options.kernels(), options.devices());
        boolean rowsAlike = options.deterministic() && type == ComputeType.FLOAT32;
        PackedWeights packing = PackedWeights.on(options.devices(), operations, rowsAlike);
        Optional<BlockScales> compressed = stored ? checkpoint.config().scales() : Optional.empty();
        TorchModule module = TorchModule.load(
                ProgramModule.source(checkpoint.program().placed(placement), kernels, operations, packing, compressed),
                options.device());
        try {
            new WeightBinding(module, packing, checkpoint.program(), type).bind(checkpoint, stored, placement, devices);
            boolean rowsApart = rowsAlike
                    && packing == PackedWeights.PANELS
                    && !stored
                    && (kernels == KernelPath.NONE || kernels == KernelPath.FUSED)
                    && checkpoint.config().takesRowsApart();
            if (options.devices().stream().allMatch("cpu"::equals) && (rowsApart || !options.deterministic())) {
                module.allowSideBySide();
            }
            return new TorchProgram(module, checkpoint.config().vocabulary(), type, rowsApart);
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    /**
     * Loads a program onto float32 weights that are there already, in its order; they may be closed afterwards.
     *
     * @throws IllegalArgumentException when one of them is not finite
     */
    public static TorchProgram load(
            Program program, int vocabulary, String device, KernelPath kernels, List<RandomTensors.Tensor> weights) {
        String wanted = kernels == KernelPath.REFERENCE ? "reference" : "auto";
        DecoderOperations operations = DecoderOperations.choose(wanted, List.of(device));
        PackedWeights packing = PackedWeights.on(List.of(device), operations, false);
        TorchModule module =
                TorchModule.load(ProgramModule.source(program, kernels, operations, packing, Optional.empty()), device);
        try {
            new WeightBinding(module, packing, program, ComputeType.FLOAT32)
                    .bind(weights.stream().map(RandomTensors.Tensor::array).toArray(PtNDArray[]::new));
            return new TorchProgram(module, vocabulary, ComputeType.FLOAT32, false);
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    /** The TorchScript that runs. */
    String source() {
        return module.source();
    }

    TorchModule module() {
        return module;
    }

    /**
     * Whether deterministic answers may be computed together: each row has the bits that it would have by itself, whatever is
     * beside it and on any number of threads.
     */
    boolean rowsApart() {
        return rowsApart;
    }

    @Override
    public long clock() {
        return module.clock();
    }

    @Override
    public Scores score(Pass pass, int headBlock) {
        return module.run(scope -> {
            List<IValue> arguments = arguments(scope, pass);
            arguments.add(scope.matrix(pass.targets()));
            arguments.add(headBlock(scope, headBlock));
            IValue[] out = call(scope, "score", arguments);
            return new Scores(scope.floats(out[0]), scope.flags(out[1]), caches(out[2]));
        });
    }

    @Override
    public NextTokens prefill(Pass pass, int headBlock, Repetition repetition) {
        return module.run(scope -> {
            List<IValue> arguments = arguments(scope, pass);
            arguments.addAll(penalty(scope, repetition));
            arguments.add(headBlock(scope, headBlock));
            IValue[] out = call(scope, "prefill", arguments);
            return new NextTokens(scope.longs(out[0]), scope.floats(out[1]), caches(out[2]));
        });
    }

    /** Tokens and factor; no penalty is a vector without elements. */
    private static List<IValue> penalty(CallScope scope, Repetition repetition) {
        long[][] seen = repetition.seen();
        return List.of(
                seen.length == 0 ? scope.vector(new long[0]) : scope.matrix(seen),
                scope.closing(IValue.from(repetition.penalty())));
    }

    /** What both ways to read a pass take. */
    private static List<IValue> arguments(CallScope scope, Pass pass) {
        Prefixes prefixes = pass.prefixes();
        return new ArrayList<>(List.of(
                scope.vector(pass.ids()),
                scope.vector(pass.positions()),
                scope.list(FlatPass.segments(pass.segments())),
                scope.list(FlatPass.views(prefixes.views())),
                TorchCache.lists(scope, prefixes.sources()),
                scope.list(FlatPass.segments(pass.keptSegments())),
                scope.vector(pass.asked())));
    }

    private IValue headBlock(CallScope scope, int wanted) {
        return scope.number(Math.min(wanted, Math.max(1, LOGITS_BLOCK / vocabulary)));
    }

    private static List<KvCache> caches(IValue lists) {
        return Arrays.stream(lists.toIValueArray())
                .map(tensors -> (KvCache) new TorchCache(tensors))
                .toList();
    }

    @Override
    public Steps decode(
            long[] tokens,
            int[] positions,
            int[] lengths,
            KvCache cache,
            Prefixes prefixes,
            int steps,
            Repetition repetition) {
        int longest = Arrays.stream(lengths).max().orElseThrow() + 1;
        return module.run(scope -> {
            List<IValue> arguments = new ArrayList<>(List.of(
                    scope.vector(tokens),
                    scope.vector(positions),
                    scope.vector(lengths),
                    TorchCache.tensors(scope, cache),
                    scope.list(FlatPass.views(prefixes.views())),
                    scope.vector(prefixes.order()),
                    TorchCache.lists(scope, prefixes.sources()),
                    scope.number(longest),
                    scope.number(steps)));
            arguments.addAll(penalty(scope, repetition));
            IValue[] out = call(scope, "decode", arguments);
            return new Steps(scope.longs(out[0]), scope.floats(out[1]));
        });
    }

    /**
     * All logits [B, S, V] (empty unless wanted) and the stream matrices, one [B * S, n, n] (index [in, out]) per site.
     */
    public record Trace(float[] logits, float[][] combs) {}

    /** Reads whole sequences of equal length, [B][S]. */
    public Trace trace(long[][] ids, boolean withLogits) {
        return module.run(scope -> {
            IValue[] out = call(scope, "trace", List.of(scope.matrix(ids), scope.flag(withLogits)));
            float[][] combs = Arrays.stream(out[1].toTensorArray(scope.manager()))
                    .map(PtNDArray::toFloatArray)
                    .toArray(float[][]::new);
            return new Trace(withLogits ? scope.floats(out[0]) : new float[0], combs);
        });
    }

    private IValue[] call(CallScope scope, String method, List<IValue> arguments) {
        return scope.elements(module.call(method, arguments.toArray(IValue[]::new)));
    }

    @Override
    public KvCache allocate(KvCache before, KvCache like, int rows, int capacity) {
        return module.run(scope -> new TorchCache(module.call(
                "allocate",
                TorchCache.tensors(scope, before),
                TorchCache.tensors(scope, like),
                scope.number(rows),
                scope.number(capacity))));
    }

    @Override
    public void fill(KvCache cache, int row, Opening opening) {
        module.run(scope -> scope.closing(module.call(
                "fill",
                TorchCache.tensors(scope, cache),
                scope.number(row),
                TorchCache.lists(scope, opening.copied()),
                scope.list(Arrays.stream(opening.lengths()).asLongStream().toArray()),
                TorchCache.tensors(scope, opening.end()),
                scope.number(opening.tokens()))));
    }

    @Override
    public void move(KvCache cache, int source, int target, int count) {
        module.run(scope -> scope.closing(module.call(
                "move",
                TorchCache.tensors(scope, cache),
                scope.number(source),
                scope.number(target),
                scope.number(count))));
    }

    /** Bytes of a cache. */
    long bytes(KvCache cache) {
        return module.run(
                scope -> Arrays.stream(TorchCache.tensors(scope, cache).toTensorArray(scope.manager()))
                        .mapToLong(part -> part.getShape().size() * type.bytes())
                        .sum());
    }

    @Override
    public void close() {
        module.close();
    }
}
