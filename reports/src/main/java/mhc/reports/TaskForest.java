package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.Comparator;
import java.util.List;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.TaskDifference;

/** Differences of a model from the baseline on the sub-tasks of a benchmark: a forest plot, the largest first. */
record TaskForest(BenchmarkComparison row, ModelDifference pair) {
    private static final Comparator<TaskDifference> LARGEST_FIRST = Comparator.comparingDouble(
                    (TaskDifference task) -> -task.difference().delta())
            .thenComparing(TaskDifference::task);

    /** Those of all models and all benchmarks with several sub-tasks; empty when there are none. */
    static String all(Report report) {
        StringBuilder out = new StringBuilder();
        for (BenchmarkComparison row : report.rows()) {
            for (ModelDifference pair : row.differences()) {
                if (pair.a().equals(report.baseline()) && pair.tasks().size() > 1) {
                    out.append(new TaskForest(row, pair).html());
                }
            }
        }
        return out.isEmpty()
                ? ""
                : "<p>Not corrected for the number of sub-tasks: of twenty alike, one interval misses no difference by"
                        + " chance.</p>\n" + out;
    }

    private String html() {
        List<TaskDifference> tasks = pair.tasks().stream().sorted(LARGEST_FIRST).toList();
        double reach = tasks.stream()
                .mapToDouble(task -> IntervalPlot.reach(task.difference()))
                .max()
                .orElseThrow();
        String axis = "Differences in percentage points with 95% intervals, between " + Numbers.points(-reach) + " and "
                + Numbers.points(reach) + "; the dashed line is no difference.";
        StringBuilder out = new StringBuilder("<details><summary>")
                .append(escape(summary(tasks)))
                .append("</summary>\n")
                .append(Html.scroll("Sub-tasks of " + Labels.benchmark(row.benchmark())))
                .append("<table class=\"verdicts stack\">\n<caption>")
                .append(axis)
                .append("</caption>\n<thead><tr><th scope=\"col\">Sub-task</th><th scope=\"col\">Interval</th>")
                .append("<th scope=\"col\" class=\"r\">Difference</th><th scope=\"col\" class=\"r\">n</th>")
                .append("</tr></thead>\n<tbody>\n");
        tasks.forEach(task -> out.append(line(task, reach)));
        return out.append("</tbody>\n</table></div></details>\n").toString();
    }

    private String summary(List<TaskDifference> tasks) {
        return "%s, %s against %s: %d sub-tasks, from %s (%s) to %s (%s)"
                .formatted(
                        Labels.benchmark(row.benchmark()),
                        pair.b(),
                        pair.a(),
                        tasks.size(),
                        ends(tasks.get(0)),
                        tasks.get(0).task(),
                        ends(tasks.get(tasks.size() - 1)),
                        tasks.get(tasks.size() - 1).task());
    }

    private static String ends(TaskDifference task) {
        return Numbers.points(task.difference().delta());
    }

    private static String line(TaskDifference task, double reach) {
        Difference d = task.difference();
        String kind = d.low() > 0 ? "good" : d.high() < 0 ? "bad" : "none";
        return "<tr><th scope=\"row\">" + escape(task.task()) + "</th><td class=\"plot " + kind + "\">"
                + IntervalPlot.svg(d, reach) + "</td><td class=\"r\" data-label=\"Difference\">"
                + Numbers.points(d.delta()) + " [" + Numbers.points(d.low()) + ", " + Numbers.points(d.high())
                + "]</td><td class=\"r\" data-label=\"n\">" + d.n() + "</td></tr>\n";
    }
}
