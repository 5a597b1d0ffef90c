package mhc.eval;

import java.util.List;
import java.util.Map;

/**
 * One evaluated example: the row of {@code predictions/model=M/benchmark=B/part-*.parquet}. Model and benchmark are the
 * partitions, not columns of the file. {@link #PARQUET_SCHEMA} is the file's schema and lists the same columns.
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

    /** Parquet message type of a predictions file. */
    public static final String PARQUET_SCHEMA = """
            message prediction {
              required binary id (STRING);
              required binary task (STRING);
              required binary cluster (STRING);
              required binary protocol (STRING);
              required binary version (STRING);
              required int32 shots;
              required binary request_hash (STRING);
              required binary context (STRING);
              required group continuations (LIST) { repeated group list { required binary element (STRING); } }
              required group loglikelihoods (LIST) { repeated group list { required double element; } }
              required group tokens (LIST) { repeated group list { required int32 element; } }
              required binary raw (STRING);
              required group extracted (MAP) {
                repeated group key_value { required binary key (STRING); required binary value (STRING); }
              }
              required group gold (LIST) { repeated group list { required binary element (STRING); } }
              required group metrics (MAP) {
                repeated group key_value { required binary key (STRING); required double value; }
              }
              required binary status (STRING);
              required binary reason (STRING);
              required boolean truncated;
              required binary stop (STRING);
              required binary kernels (STRING);
              required int32 prompt_tokens;
              required int32 reused_tokens;
              required int32 new_tokens;
              required double seconds;
            }
            """;

    public Prediction {
        continuations = List.copyOf(continuations);
        logLikelihoods = List.copyOf(logLikelihoods);
        tokens = List.copyOf(tokens);
        extracted = Map.copyOf(extracted);
        gold = List.copyOf(gold);
        metrics = Map.copyOf(metrics);
    }

    /** {@link #OK} or {@link #FAILED}. */
    public String status() {
        return failure.isEmpty() ? OK : FAILED;
    }
}
