package mhc.reports;

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
        String metric,
        String filter,
        double value,
        double stderr,
        long n,
        int shots,
        long failed,
        long truncated) {}
