package mhc.reports;

import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.eval.stats.StandardError;

/**
 * Standard errors of one model's scores on one benchmark.
 *
 * @param examples all of the model's, in id order
 */
record ScoreErrors(List<ExampleRow> examples) {
    /** The scores with the error that belongs in tables: where examples share a cluster, one that allows for it. */
    List<ScoreRow> tabled(List<ScoreRow> independent, ClusterRule rule) {
        if (rule == ClusterRule.EXAMPLES || clusters() == examples.size()) {
            return independent;
        }
        return independent.stream()
                .map(score -> score.withStderr(of(score).clustered(metric(score))))
                .toList();
    }

    private static MetricName metric(ScoreRow score) {
        return new MetricName(score.metric(), score.filter());
    }

    /** Over the examples of the score's task; an unnamed task is all of them. */
    private ScoreErrors of(ScoreRow score) {
        return score.task().isEmpty()
                ? this
                : new ScoreErrors(examples.stream()
                        .filter(example -> example.task().equals(score.task()))
                        .toList());
    }

    int clusters() {
        return distinct(ExampleRow::cluster);
    }

    /** As if only clusters were independent; NaN when there is one only. */
    double clustered(MetricName metric) {
        return by(ExampleRow::cluster, metric);
    }

    /** As if only tasks were independent: a bound for benchmarks that stand for more tasks than they hold; NaN below two tasks. */
    double byTask(MetricName metric) {
        return by(ExampleRow::task, metric);
    }

    private double by(Function<ExampleRow, String> group, MetricName metric) {
        double[] values =
                examples.stream().mapToDouble(row -> row.score(metric.key())).toArray();
        return StandardError.clustered(values, examples.stream().map(group).toList());
    }

    private int distinct(Function<ExampleRow, String> group) {
        return new HashSet<>(examples.stream().map(group).toList()).size();
    }
}
