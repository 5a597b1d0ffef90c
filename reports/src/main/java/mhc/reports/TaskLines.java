package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.List;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.TaskDifference;
import mhc.reports.Page.Table;

/** Differences of two models by task, a line each, as pages and papers print them. */
final class TaskLines {
    private TaskLines() {}

    static List<String> cells(BenchmarkComparison row, TaskDifference task) {
        Difference d = task.difference();
        return List.of(
                Labels.benchmark(row.benchmark()),
                task.task(),
                Integer.toString(d.n()),
                Numbers.points(d.delta()),
                Numbers.interval(d.low(), d.high()),
                Numbers.probability(d.p()));
    }

    /** @param interval what its column is called */
    static Table table(String caption, String interval, List<List<String>> lines) {
        return new Table(
                caption,
                List.of(left("Benchmark"), left("Task"), right("n"), right("Difference"), right(interval), right("p")),
                lines,
                List.of());
    }
}
