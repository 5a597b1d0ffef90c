package mhc.model;

import java.io.Serializable;

/**
 * How a checkpoint is run.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param dtype {@code float32} or {@code bfloat16}
 * @param kernels {@code auto}, {@code fused} or {@code reference}
 * @param maxBatchTokens most tokens in one forward pass
 * @param threads intra-op threads of the engine
 * @param prefixCache whether tokens shared by several requests are computed once
 * @param deterministic whether answers are equal to the bit whatever shares their batch
 * @param exampleSeconds a generation that takes longer by itself is a failed answer; 0 = none is
 * @param generationConfig whether the checkpoint's {@code generation_config.json} sets a repetition penalty and the limit
 *     of answers, as in lm-evaluation-harness; its end tokens count in any case
 */
public record InferenceOptions(
        String device,
        String dtype,
        String kernels,
        int maxBatchTokens,
        int threads,
        boolean prefixCache,
        boolean deterministic,
        int exampleSeconds,
        boolean generationConfig)
        implements Serializable {

    /** CPU, fp32, whatever kernels load, 16,384 tokens a batch, one thread. */
    public static final InferenceOptions DEFAULT =
            new InferenceOptions("cpu", "float32", "auto", 16_384, 1, true, false, 0, true);

    public InferenceOptions withDevice(String value) {
        return new InferenceOptions(
                value,
                dtype,
                kernels,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withDtype(String value) {
        return new InferenceOptions(
                device,
                value,
                kernels,
                maxBatchTokens,
                threads,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withKernels(String value) {
        return new InferenceOptions(
                device,
                dtype,
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
                device, dtype, kernels, value, threads, prefixCache, deterministic, exampleSeconds, generationConfig);
    }

    public InferenceOptions withThreads(int value) {
        return new InferenceOptions(
                device,
                dtype,
                kernels,
                maxBatchTokens,
                value,
                prefixCache,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withPrefixCache(boolean value) {
        return new InferenceOptions(
                device,
                dtype,
                kernels,
                maxBatchTokens,
                threads,
                value,
                deterministic,
                exampleSeconds,
                generationConfig);
    }

    public InferenceOptions withDeterministic(boolean value) {
        return new InferenceOptions(
                device, dtype, kernels, maxBatchTokens, threads, prefixCache, value, exampleSeconds, generationConfig);
    }

    public InferenceOptions withExampleSeconds(int value) {
        return new InferenceOptions(
                device, dtype, kernels, maxBatchTokens, threads, prefixCache, deterministic, value, generationConfig);
    }

    public InferenceOptions withGenerationConfig(boolean value) {
        return new InferenceOptions(
                device, dtype, kernels, maxBatchTokens, threads, prefixCache, deterministic, exampleSeconds, value);
    }
}
