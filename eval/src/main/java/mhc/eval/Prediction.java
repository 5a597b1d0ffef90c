package mhc.eval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One evaluated example: the row of {@code predictions/model=M/benchmark=B/part-*.parquet}. Model and benchmark are the
 * partitions, not columns of the file; {@link PredictionColumn} says how each field is stored.
 *
 * @param id the example's stable id
 * @param task sub-task, or the empty string
 * @param cluster unit of randomisation for clustered standard errors
 * @param requestHash {@link Request#hash()}
 * @param continuations of a choice, else empty
 * @param logLikelihoods of each continuation, natural logarithm, else empty
 * @param tokens of each continuation, else empty
 * @param raw generated text, or the empty string
 * @param extracted by filter, the answer taken from the raw text
 * @param gold accepted answers
 * @param metrics by {@link MetricName#key()}; empty for a failed example
 * @param failure why there is no answer, or the empty string; the status column is {@code failed} or {@code ok} accordingly
 * @param truncated whether the context lost tokens on its left
 * @param stop what ended the generation (lower case), or the empty string
 * @param kernels path the model took
 * @param seconds from the shard's submission to this answer; differs from run to run
 */
public record Prediction(
        String id,
        String task,
        String cluster,
        String protocol,
        String version,
        int shots,
        String requestHash,
        String context,
        List<String> continuations,
        List<Double> logLikelihoods,
        List<Integer> tokens,
        String raw,
        Map<String, String> extracted,
        List<String> gold,
        Map<String, Double> metrics,
        String failure,
        boolean truncated,
        String stop,
        String kernels,
        int promptTokens,
        int reusedTokens,
        int newTokens,
        double seconds) {

    /** Values of the status column. */
    public static final String OK = "ok";

    public static final String FAILED = "failed";

    public Prediction {
        continuations = List.copyOf(continuations);
        logLikelihoods = List.copyOf(logLikelihoods);
        tokens = List.copyOf(tokens);
        extracted = Map.copyOf(extracted);
        gold = List.copyOf(gold);
        metrics = Map.copyOf(metrics);
    }

    /** The same with more metrics. */
    public Prediction withMetrics(Map<String, Double> more) {
        Map<String, Double> all = new HashMap<>(metrics);
        all.putAll(more);
        return new Prediction(
                id,
                task,
                cluster,
                protocol,
                version,
                shots,
                requestHash,
                context,
                continuations,
                logLikelihoods,
                tokens,
                raw,
                extracted,
                gold,
                all,
                failure,
                truncated,
                stop,
                kernels,
                promptTokens,
                reusedTokens,
                newTokens,
                seconds);
    }

    /** {@link #OK} or {@link #FAILED}. */
    public String status() {
        return failure.isEmpty() ? OK : FAILED;
    }
}
