package mhc.reports;

import java.util.List;
import mhc.eval.BenchmarkTally;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;

/**
 * The scores of one model on one benchmark, with the standard errors that stand in the tables.
 *
 * @param byClusters whether these allow for clusters of examples, where there are any
 */
record ScoreRows(
        String model,
        BenchmarkSummary benchmark,
        MetricName headline,
        boolean byClusters,
        BenchmarkTally tally,
        ClusterErrors errors) {

    private List<ScoreRow> independent() {
        return tally.rows(model, benchmark.benchmark(), headline, benchmark.shots());
    }

    /** Every task and metric. */
    List<ScoreRow> all() {
        boolean allow = byClusters && errors.shared();
        return independent().stream()
                .map(row -> allow ? row.withStderr(errors.clustered(row.task(), metric(row))) : row)
                .toList();
    }

    /** Of the whole benchmark, every metric but the headline. */
    List<ScoreRow> secondary() {
        return all().stream()
                .filter(row -> row.task().isEmpty() && !metric(row).equals(headline))
                .toList();
    }

    ScoreRow headlineScore() {
        return all().stream().filter(this::isHeadline).findFirst().orElseThrow();
    }

    /** Of the headline score, as lm-evaluation-harness has it: without clusters. */
    double independentError() {
        return independent().stream()
                .filter(this::isHeadline)
                .findFirst()
                .orElseThrow()
                .stderr();
    }

    private boolean isHeadline(ScoreRow row) {
        return row.task().isEmpty() && metric(row).equals(headline);
    }

    private static MetricName metric(ScoreRow row) {
        return new MetricName(row.metric(), row.filter());
    }
}
