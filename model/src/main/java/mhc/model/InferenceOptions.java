package mhc.model;

import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a checkpoint is run.
 *
 * @param devices {@code cpu}, {@code cuda} or {@code cuda:N}; several hold neighbouring layers each
 * @param dtype {@code float32} or {@code bfloat16}
 * @param kernels {@code auto}, {@code fused} or {@code reference}
 * @param weights of 8 and 4 bits: {@code expanded} to the compute type when they are loaded, or held as {@code stored}
 *     and expanded at each use; the numbers are the same
 * @param maxBatchTokens most tokens in one forward pass
 * @param threads intra-op threads of the engine
 * @param prefixCache whether tokens shared by several requests are computed once
 * @param deterministic whether answers are equal to the bit whatever shares their batch
 * @param exampleSeconds a generation that takes longer by itself is a failed answer; 0 = none is
 * @param generationConfig whether the checkpoint's {@code generation_config.json} sets a repetition penalty and the limit
 *     of answers, as in lm-evaluation-harness; its end tokens count in any case
 */
public record InferenceOptions(
        List<String> devices,
        String dtype,
        String kernels,
        String weights,
        int maxBatchTokens,
        int threads,
        boolean prefixCache,
        boolean deterministic,
        int exampleSeconds,
        boolean generationConfig)
        implements Serializable {

    /** CPU, fp32, whatever kernels load, expanded weights, 16,384 tokens a batch, one thread. */
    public static final InferenceOptions DEFAULT =
            new InferenceOptions(List.of("cpu"), "float32", "auto", "expanded", 16_384, 1, true, false, 0, true);

    public InferenceOptions {
        devices = List.copyOf(devices);
    }

    /** The first of the devices, or the only one. */
    public String device() {
        return devices.get(0);
    }

    /** One device for the whole model. */
    public InferenceOptions withDevice(String value) {
        return withDevices(List.of(value));
    }

    public InferenceOptions withDevices(List<String> value) {
        return with(fields -> fields.devices = value);
    }

    public InferenceOptions withDtype(String value) {
        return with(fields -> fields.dtype = value);
    }

    public InferenceOptions withKernels(String value) {
        return with(fields -> fields.kernels = value);
    }

    public InferenceOptions withWeights(String value) {
        return with(fields -> fields.weights = value);
    }

    public InferenceOptions withMaxBatchTokens(int value) {
        return with(fields -> fields.maxBatchTokens = value);
    }

    public InferenceOptions withThreads(int value) {
        return with(fields -> fields.threads = value);
    }

    public InferenceOptions withPrefixCache(boolean value) {
        return with(fields -> fields.prefixCache = value);
    }

    public InferenceOptions withDeterministic(boolean value) {
        return with(fields -> fields.deterministic = value);
    }

    public InferenceOptions withExampleSeconds(int value) {
        return with(fields -> fields.exampleSeconds = value);
    }

    public InferenceOptions withGenerationConfig(boolean value) {
        return with(fields -> fields.generationConfig = value);
    }

    private InferenceOptions with(Consumer<Fields> change) {
        Fields fields = new Fields(this);
        change.accept(fields);
        return fields.options();
    }

    /** The options one by one, so that only this class knows their order. */
    private static final class Fields {
        private List<String> devices;
        private String dtype;
        private String kernels;
        private String weights;
        private int maxBatchTokens;
        private int threads;
        private boolean prefixCache;
        private boolean deterministic;
        private int exampleSeconds;
        private boolean generationConfig;

        Fields(InferenceOptions options) {
            devices = options.devices;
            dtype = options.dtype;
            kernels = options.kernels;
            weights = options.weights;
            maxBatchTokens = options.maxBatchTokens;
            threads = options.threads;
            prefixCache = options.prefixCache;
            deterministic = options.deterministic;
            exampleSeconds = options.exampleSeconds;
            generationConfig = options.generationConfig;
        }

        InferenceOptions options() {
            return new InferenceOptions(
                    devices,
                    dtype,
                    kernels,
                    weights,
                    maxBatchTokens,
                    threads,
                    prefixCache,
                    deterministic,
                    exampleSeconds,
                    generationConfig);
        }
    }
}
