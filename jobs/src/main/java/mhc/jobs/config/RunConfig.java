package mhc.jobs.config;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import mhc.datasets.FileOverride;
import mhc.model.InferenceOptions;

/**
 * A validated run configuration; the keys and their defaults are those of {@code docs/configuration.md}.
 *
 * @param name title of the run
 * @param protocol {@code paper} or {@code lm-eval}
 * @param benchmarks in the order asked for
 * @param data root of the corpora, any Hadoop file system URI
 * @param files by benchmark, which files are read instead of the ones found
 * @param limit most examples per benchmark, 0 = all
 * @param shots by benchmark, shots other than the protocol's
 * @param chance by benchmark, what is scored blindly in percent, for the table; may be empty
 * @param models by name, in order: folder or Hadoop URI
 * @param baseline the model that others are compared with
 * @param shards how finely the work is cut
 * @param cache answer cache directory, or the empty string
 * @param out run directory
 */
public record RunConfig(
        String name,
        String protocol,
        List<String> benchmarks,
        String data,
        Map<String, FileOverride> files,
        int limit,
        Map<String, Integer> shots,
        Map<String, Double> chance,
        Map<String, String> models,
        String baseline,
        Inference inference,
        Shards shards,
        Faults faults,
        String cache,
        String out)
        implements Serializable {

    /**
     * @param device {@code auto} (the task's GPU, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:N}
     * @param devices over which layers are spread: names, {@code auto} for all GPUs of a task, or none for {@code device}
     *     alone
     * @param weights {@code expanded} or {@code stored}
     * @param threads engine threads per executor, 0 = its cores
     * @param positionOffsets tokens of filler before prompts, at each of which a benchmark is scored
     */
    public record Inference(
            String device,
            List<String> devices,
            String dtype,
            String kernels,
            String weights,
            int maxBatchTokens,
            int threads,
            boolean prefixCache,
            boolean deterministic,
            List<Integer> positionOffsets)
            implements Serializable {
        public static final Inference DEFAULT =
                new Inference("auto", List.of(), "float32", "auto", "expanded", 16_384, 0, true, false, List.of(0));

        /** As the model takes it, on devices of its own and with so many threads; no limit to an example's time. */
        public InferenceOptions options(List<String> ownDevices, int ownThreads) {
            return InferenceOptions.DEFAULT
                    .withDevices(ownDevices)
                    .withDtype(dtype)
                    .withKernels(kernels)
                    .withWeights(weights)
                    .withMaxBatchTokens(maxBatchTokens)
                    .withThreads(ownThreads)
                    .withPrefixCache(prefixCache)
                    .withDeterministic(deterministic);
        }
    }

    /**
     * @param executors that a plan keeps busy to its end; it depends on this number, not on those that are there
     * @param recorded a run whose answers' lengths take the place of estimates, or the empty string
     */
    public record Shards(int executors, String recorded) implements Serializable {
        public static final Shards DEFAULT = new Shards(16, "");
    }

    /**
     * @param retries of a shard whose executor or engine failed
     * @param exampleSeconds of its own after which an example without an answer is a failed one
     * @param hangSeconds without a forward pass that ends, after which an executor is taken to hang and is ended
     * @param maxFailed part of a benchmark's examples that may fail, 0 to 1
     */
    public record Faults(int retries, int exampleSeconds, int hangSeconds, double maxFailed) implements Serializable {
        public static final Faults DEFAULT = new Faults(2, 600, hangSeconds(600), 0.005);

        private static final int PASSES = 10;
        private static final int LEAST_HANG = 600;

        /** Long enough for a pass that is slow: ten times what an example may take, and not less than ten minutes. */
        static int hangSeconds(int exampleSeconds) {
            return (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST_HANG, (long) PASSES * exampleSeconds));
        }
    }

    /** The override for a benchmark, empty where none is configured. */
    public FileOverride filesOf(String benchmark) {
        return files.getOrDefault(benchmark, new FileOverride("", ""));
    }
}
