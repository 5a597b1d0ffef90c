package mhc.reports;

import mhc.eval.MetricName;

/**
 * One score: a row of {@code scores/}.
 *
 * @param task sub-task, or the empty string for the whole benchmark
 * @param value mean over all examples, failed ones as 0
 * @param stderr standard error of the value, NaN for a single example
 */
record ScoreRow(
        String model,
        String benchmark,
        String task,
        MetricName metric,
        double value,
        double stderr,
        int n,
        int shots,
        int failed,
        int truncated) {}
