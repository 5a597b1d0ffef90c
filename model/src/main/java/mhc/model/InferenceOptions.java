package mhc.model;

import java.io.Serializable;
import java.util.List;

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
        return new InferenceOptions(
                value,
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

    public InferenceOptions withDtype(String value) {
        return new InferenceOptions(
                devices,
                value,
                kernels,
                weights,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withKernels(String value) {
        return new InferenceOptions(
                devices,
                dtype,
                value,
                weights,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withWeights(String value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                value,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withMaxBatchTokens(int value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                weights,
                value,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withThreads(int value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                weights,
                maxBatchTokens,
                value,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withPrefixCache(boolean value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                weights,
                maxBatchTokens,
                threads,
                value,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withDeterministic(boolean value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                weights,
                maxBatchTokens,
                threads,
                prefixCache,
                value,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withExampleSeconds(int value) {
        return new InferenceOptions(
                devices,
                dtype,
                kernels,
                weights,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                value,
                generationConfig);
    }

    public InferenceOptions withGenerationConfig(boolean value) {
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
                value);
    }
}
