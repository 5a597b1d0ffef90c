package mhc.reports;

import java.util.Map;

/**
 * The part of a prediction that reports need.
 *
 * @param metrics by {@link mhc.eval.MetricName#key()}; empty for a failed example
 */
record ExampleRow(
        String id,
        String task,
        String cluster,
        String protocol,
        String version,
        int shots,
        Map<String, Double> metrics,
        boolean failed,
        boolean truncated)
        implements Comparable<ExampleRow> {

    /** An example that failed, or lacks the metric, scores 0: failures never flatter a model. */
    double score(String metric) {
        return metrics.getOrDefault(metric, 0.0);
    }

    @Override
    public int compareTo(ExampleRow other) {
        return id.compareTo(other.id);
    }
}
