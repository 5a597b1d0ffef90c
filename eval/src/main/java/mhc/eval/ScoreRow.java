package mhc.eval;

import java.io.Serializable;

/**
 * One score: the row of {@code scores/*.parquet}, with these columns in this order.
 *
 * @param task sub-task, or the empty string for the whole benchmark
 * @param metric such as {@code exact_match}
 * @param filter how the answer was extracted, {@code none} when it was taken as it stands
 * @param value mean over all examples, failed ones counted as 0; between 0 and 1
 * @param stderr standard error of {@code value}, which allows for clusters of examples except under protocol {@code
 *     lm-eval}; NaN when there are too few examples for one
 * @param n examples, failed ones included
 * @param shots exemplars before each question
 * @param failed examples without an answer
 * @param truncated examples whose context lost tokens on its left
 */
public record ScoreRow(
        String model,
        String benchmark,
        String task,
        String metric,
        String filter,
        double value,
        double stderr,
        long n,
        int shots,
        long failed,
        long truncated)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The same score with another standard error. */
    public ScoreRow withStderr(double other) {
        return new ScoreRow(model, benchmark, task, metric, filter, value, other, n, shots, failed, truncated);
    }
}
