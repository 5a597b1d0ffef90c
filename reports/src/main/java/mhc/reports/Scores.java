package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.MetricName;
import mhc.eval.stats.StandardError;

/** From one model's examples of one benchmark to its scores: the whole benchmark first, then each task by name. */
final class Scores {
    private static final String WHOLE = "";

    private Scores() {}

    /**
     * @param examples in id order, at least one
     */
    static List<ScoreRow> of(String model, String benchmark, MetricName metric, List<ExampleRow> examples) {
        Map<String, List<ExampleRow>> byTask = new TreeMap<>();
        for (ExampleRow example : examples) {
            if (!example.task().isEmpty()) {
                byTask.computeIfAbsent(example.task(), task -> new ArrayList<>())
                        .add(example);
            }
        }
        List<ScoreRow> tasks = new ArrayList<>();
        byTask.forEach((task, own) ->
                tasks.add(row(model, benchmark, task, metric, own, StandardError.ofMean(values(metric, own)))));
        List<ScoreRow> rows = new ArrayList<>();
        rows.add(row(model, benchmark, WHOLE, metric, examples, wholeStderr(metric, examples, tasks)));
        rows.addAll(tasks);
        return rows;
    }

    /** Pooled over tasks as lm-evaluation-harness does; of the plain mean where no task has two examples. */
    private static double wholeStderr(MetricName metric, List<ExampleRow> examples, List<ScoreRow> tasks) {
        int inTasks = tasks.stream().mapToInt(ScoreRow::n).sum();
        double pooled = StandardError.pooled(
                tasks.stream().mapToInt(ScoreRow::n).toArray(),
                tasks.stream().mapToDouble(ScoreRow::stderr).toArray());
        return inTasks < examples.size() || Double.isNaN(pooled)
                ? StandardError.ofMean(values(metric, examples))
                : pooled;
    }

    private static ScoreRow row(
            String model, String benchmark, String task, MetricName metric, List<ExampleRow> examples, double stderr) {
        double[] values = values(metric, examples);
        return new ScoreRow(
                model,
                benchmark,
                task,
                metric,
                Arrays.stream(values).sum() / values.length,
                stderr,
                values.length,
                examples.get(0).shots(),
                (int) examples.stream().filter(ExampleRow::failed).count(),
                (int) examples.stream().filter(ExampleRow::truncated).count());
    }

    private static double[] values(MetricName metric, List<ExampleRow> examples) {
        return examples.stream().mapToDouble(e -> e.score(metric.key())).toArray();
    }
}
