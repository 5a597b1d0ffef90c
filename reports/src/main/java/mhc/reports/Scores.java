package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import mhc.eval.MetricName;
import mhc.eval.stats.StandardError;

/** From one model's examples of one benchmark to its scores: the whole benchmark first, then each task by name. */
final class Scores {
    private static final String WHOLE = "";

    private Scores() {}

    /**
     * @param metrics in the order of the rows
     * @param examples in id order, at least one
     */
    static List<ScoreRow> of(String model, String benchmark, SortedSet<MetricName> metrics, List<ExampleRow> examples) {
        Map<String, List<ExampleRow>> byTask = new TreeMap<>();
        for (ExampleRow example : examples) {
            byTask.computeIfAbsent(example.task(), task -> new ArrayList<>()).add(example);
        }
        List<ScoreRow> rows = new ArrayList<>();
        for (MetricName metric : metrics) {
            rows.add(row(model, benchmark, WHOLE, metric, examples, pooledError(metric, byTask.values(), examples)));
        }
        byTask.remove(WHOLE);
        byTask.forEach((task, own) -> metrics.forEach(metric ->
                rows.add(row(model, benchmark, task, metric, own, StandardError.ofMean(values(metric, own))))));
        return rows;
    }

    /** Pooled over tasks as lm-evaluation-harness does; of the plain mean where no task has two examples. */
    private static double pooledError(MetricName metric, Iterable<List<ExampleRow>> tasks, List<ExampleRow> examples) {
        List<double[]> byTask = new ArrayList<>();
        tasks.forEach(own -> byTask.add(values(metric, own)));
        double pooled = StandardError.pooled(
                byTask.stream().mapToInt(own -> own.length).toArray(),
                byTask.stream().mapToDouble(StandardError::ofMean).toArray());
        return Double.isNaN(pooled) ? StandardError.ofMean(values(metric, examples)) : pooled;
    }

    private static ScoreRow row(
            String model, String benchmark, String task, MetricName metric, List<ExampleRow> examples, double stderr) {
        double[] values = values(metric, examples);
        return new ScoreRow(
                model,
                benchmark,
                task,
                metric.metric(),
                metric.filter(),
                Arrays.stream(values).sum() / values.length,
                stderr,
                values.length,
                examples.get(0).shots(),
                examples.stream().filter(ExampleRow::failed).count(),
                examples.stream().filter(ExampleRow::truncated).count());
    }

    private static double[] values(MetricName metric, List<ExampleRow> examples) {
        return examples.stream().mapToDouble(e -> e.score(metric.key())).toArray();
    }
}
