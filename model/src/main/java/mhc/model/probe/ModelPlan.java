package mhc.model.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.LayerState;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Placement;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.TorchProgram;

/**
 * What a model of a configuration would take, from the configuration alone.
 *
 * @param dtype compute type the bytes are for
 * @param parameters elements of all weights, tied ones counted once
 * @param activeParameters elements that one token is multiplied with; of embedding and output projection one is counted
 * @param weightBytes as held while the model runs: norms, routers, hyper-connections and the output projection in
 *     float32
 * @param cacheBytesPerToken keys and values, or latents, on average
 * @param fixedCacheBytes what a sequence keeps besides, however long it is
 * @param streamBytesPerToken the residual state between two sublayers
 * @param length tokens that the last token of a sequence sees, itself included
 * @param operationsPerToken multiplications and additions of decoding that token
 * @param batch sequences of that length
 * @param workingBytes an estimate of the activations of one pass
 * @param traffic residual reads and writes of one site
 * @param state what is kept of a sequence, by kind of layer
 * @param shares what each device holds; one, of everything, where there is one device
 */
public record ModelPlan(
        String architecture,
        String residual,
        String dtype,
        long parameters,
        long activeParameters,
        long weightBytes,
        double cacheBytesPerToken,
        long fixedCacheBytes,
        long streamBytesPerToken,
        int length,
        double operationsPerToken,
        int batch,
        long workingBytes,
        int sites,
        List<ResidualTraffic> traffic,
        List<LayerState> state,
        List<Share> shares) {

    /** Memory kept free for the engine itself. */
    private static final double USABLE = 0.95;

    private static final int PASS_TOKENS = InferenceOptions.DEFAULT.maxBatchTokens();

    public ModelPlan {
        traffic = List.copyOf(traffic);
        state = List.copyOf(state);
        shares = List.copyOf(shares);
    }

    /**
     * What one of several devices holds.
     *
     * @param cacheBytes of the whole batch
     */
    public record Share(int firstLayer, int lastLayer, long weightBytes, long cacheBytes, long workingBytes) {
        /** All together. */
        public long bytes() {
            return weightBytes + cacheBytes + workingBytes;
        }
    }

    /**
     * Over how many devices, and in what form.
     *
     * @param stored whether weights of 8 and 4 bits stay so: those that {@code quantization_config} and {@code
     *     expert_dtype} say
     * @param gigabytes (10^9) that each device has, or 0 where that is not known
     */
    public record Machine(int devices, boolean stored, int gigabytes) {
        public static final Machine ONE = new Machine(1, false, 0);
    }

    /** Plans for one device and expanded weights. */
    public static ModelPlan of(Path path, String dtype, int batch, int length) {
        return of(path, dtype, batch, length, Machine.ONE);
    }

    /**
     * Plans for a {@code config.json} or a folder that holds one; weights are not looked at.
     *
     * @param dtype {@code float32} or {@code bfloat16}
     * @param batch sequences that are decoded together
     * @param length tokens of each; 0 for as many as the model takes
     * @throws InputException when the configuration is absent or wrong, a number is out of range, there are more devices
     *     than layers, or a device has less memory than its layers need
     */
    public static ModelPlan of(Path path, String dtype, int batch, int length, Machine machine) {
        ComputeType type = ComputeType.of(dtype);
        Path file = Files.isDirectory(path) ? path.resolve("config.json") : path;
        ModelConfig config = ModelConfig.read(file);
        if (machine.devices() < 1) {
            throw new InputException("A model on " + machine.devices() + " devices is on none: give at least 1.");
        }
        if (batch < 1) {
            throw new InputException("A batch of " + batch + " sequences is none: give at least 1.");
        }
        if (length < 0 || length > config.maxLength()) {
            throw new InputException("Sequences of " + length + " tokens are not possible: the model takes up to "
                    + config.maxLength() + ".");
        }
        int tokens = length == 0 ? config.maxLength() : length;
        int streams = config.residual() instanceof HyperResidual hyper ? hyper.streams() : 1;
        Program program = Program.of(config);
        List<TensorSpec> weights =
                program.tensors().stream().skip(Program.FREQUENCIES + 1).toList();
        ToLongFunction<TensorSpec> held = machine.stored()
                ? new StoredForm(JsonFields.read(file), config, type)::bytes
                : spec -> spec.bytes(type);
        long parameters = weights.stream().mapToLong(TensorSpec::parameters).sum();
        long embedding = (long) config.vocabulary() * config.hidden();
        long idle = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            idle += config.feedForward().tensors("", layer).stream()
                            .mapToLong(TensorSpec::parameters)
                            .sum()
                    - config.feedForward().activeElements(layer);
        }
        long active = parameters - idle - (config.tiedEmbeddings() ? 0 : embedding);
        long working = working(config, streams, (long) batch * tokens);
        Placement placement = Placement.of(program, machine.devices(), held);
        List<Share> shares = IntStream.range(0, machine.devices())
                .mapToObj(device -> share(placement, device, config, type, batch, tokens, working))
                .toList();
        placement.requireFit(
                IntStream.rangeClosed(1, machine.devices())
                        .mapToObj(device -> device + " of " + machine.devices())
                        .toList(),
                shares.stream().map(Share::bytes).toList(),
                Collections.nCopies(machine.devices(), (long) (USABLE * machine.gigabytes() * 1e9)));
        return new ModelPlan(
                config.architecture(),
                config.residual().name(),
                type.toString(),
                parameters,
                active,
                weights.stream().mapToLong(held).sum(),
                config.cacheBytesPerToken(type),
                config.fixedCacheBytes(type),
                (long) streams * config.hidden() * type.bytes(),
                tokens,
                operations(config, active, tokens, streams),
                batch,
                working,
                2 * config.layers(),
                ResidualTraffic.of(config.residual(), config.hidden()),
                LayerState.of(config, type),
                shares);
    }

    private static Share share(
            Placement placement,
            int device,
            ModelConfig config,
            ComputeType type,
            int batch,
            int tokens,
            long working) {
        int first = placement.firstLayer(device);
        int last = placement.lastLayer(device);
        return new Share(
                first,
                last,
                placement.bytes().get(device),
                (long) (batch * config.cacheBytes(type, first, last, tokens)),
                working);
    }

    /** What a configuration says about the form in which its checkpoint stores weights. */
    private record StoredForm(JsonFields fields, ModelConfig config, ComputeType type) {
        /** As held: matrices of the compute type are stored in 8 bits, and V4's routed experts in 4 where it says so. */
        long bytes(TensorSpec spec) {
            boolean compressed = !fields.absent("quantization_config")
                    && spec.onlyMultiplied()
                    && spec.kind() == TensorSpec.Kind.COMPUTE;
            if (!compressed) {
                return spec.bytes(type);
            }
            boolean four = fields.node("expert_dtype").asText().equals("fp4")
                    && spec.name().contains(".experts.");
            return four
                    ? BlockScales.heldPackedBytes(spec.shape())
                    : config.scales().orElseThrow().heldBytes(spec.shape());
        }
    }

    private static double operations(ModelConfig config, long active, int tokens, int streams) {
        double attention = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            attention += config.attention().operations(layer, tokens);
        }
        double mixing = config.residual().hasStreams()
                ? 2.0 * config.layers() * 2 * config.hidden() * (streams * streams + 2.0 * streams)
                : 0;
        return 2.0 * active + attention + mixing;
    }

    /** Streams before and after a sublayer with a float32 copy of each, and the sublayer's own; one block of logits. */
    private static long working(ModelConfig config, int streams, long tokens) {
        long widest = Math.max(8L * config.hidden(), 3L * config.feedForward().widest());
        long perToken = Float.BYTES * (4L * streams * config.hidden() + widest);
        return Math.min(PASS_TOKENS, tokens) * perToken + 2L * Float.BYTES * TorchProgram.LOGITS_BLOCK;
    }

    /** Of the whole batch. */
    public long cacheBytes() {
        return (long) (batch * (fixedCacheBytes + cacheBytesPerToken * length));
    }

    /** Bytes of weights, of the caches of the batch and of a pass. */
    public long bytes() {
        return weightBytes + cacheBytes() + workingBytes;
    }

    /** Whether {@link #bytes()} fit into a device of so many gigabytes (10^9), a twentieth of it kept free. */
    public boolean fits(int gigabytes) {
        return bytes() <= USABLE * gigabytes * 1e9;
    }
}
