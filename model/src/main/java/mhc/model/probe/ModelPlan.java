package mhc.model.probe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.HyperResidual;
import mhc.model.decoder.ModelConfig;
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
 * @param cacheBytesPerToken keys and values, or latents
 * @param streamBytesPerToken the residual state between two sublayers
 * @param length tokens that the last token of a sequence sees, itself included
 * @param operationsPerToken multiplications and additions of decoding that token
 * @param batch sequences of that length
 * @param workingBytes an estimate of the activations of one pass
 * @param traffic residual reads and writes of one site
 */
public record ModelPlan(
        String architecture,
        String residual,
        String dtype,
        long parameters,
        long activeParameters,
        long weightBytes,
        long cacheBytesPerToken,
        long streamBytesPerToken,
        int length,
        double operationsPerToken,
        int batch,
        long workingBytes,
        int sites,
        List<ResidualTraffic> traffic) {

    /** Memory kept free for the engine itself. */
    private static final double USABLE = 0.95;

    private static final int PASS_TOKENS = InferenceOptions.DEFAULT.maxBatchTokens();

    public ModelPlan {
        traffic = List.copyOf(traffic);
    }

    /**
     * Plans for a {@code config.json} or a folder that holds one; weights are not looked at.
     *
     * @param dtype {@code float32} or {@code bfloat16}
     * @param batch sequences that are decoded together
     * @param length tokens of each; 0 for as many as the model takes
     * @throws InputException when the configuration is absent or wrong, or a number is out of range
     */
    public static ModelPlan of(Path path, String dtype, int batch, int length) {
        ComputeType type = ComputeType.of(dtype);
        ModelConfig config = ModelConfig.read(Files.isDirectory(path) ? path.resolve("config.json") : path);
        if (batch < 1) {
            throw new InputException("A batch of " + batch + " sequences is none: give at least 1.");
        }
        if (length < 0 || length > config.maxLength()) {
            throw new InputException("Sequences of " + length + " tokens are not possible: the model takes up to "
                    + config.maxLength() + ".");
        }
        int tokens = length == 0 ? config.maxLength() : length;
        int streams = config.residual() instanceof HyperResidual hyper ? hyper.streams() : 1;
        List<TensorSpec> weights = Program.of(config).tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .toList();
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
        return new ModelPlan(
                config.architecture(),
                config.residual().name(),
                type.toString(),
                parameters,
                active,
                weights.stream().mapToLong(spec -> spec.bytes(type)).sum(),
                config.cacheBytesPerToken(type),
                (long) streams * config.hidden() * type.bytes(),
                tokens,
                operations(config, active, tokens, streams),
                batch,
                working(config, streams, (long) batch * tokens),
                2 * config.layers(),
                ResidualTraffic.of(config.residual(), config.hidden()));
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

    /** Bytes of weights, of the caches of the batch and of a pass. */
    public long bytes() {
        return weightBytes + cacheBytesPerToken * length * batch + workingBytes;
    }

    /** Whether {@link #bytes()} fit into a device of so many gigabytes (10^9), a twentieth of it kept free. */
    public boolean fits(int gigabytes) {
        return bytes() <= USABLE * gigabytes * 1e9;
    }
}
