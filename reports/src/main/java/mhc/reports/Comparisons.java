package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.MetricName;
import mhc.eval.stats.Difference;
import mhc.eval.stats.Holm;
import mhc.eval.stats.PairedScores;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.TaskDifference;

/** How two models are compared on one benchmark, and what several comparisons say together. */
final class Comparisons {
    private static final String F1 = "f1";

    private Comparisons() {}

    /** By the metric, not by the values alone: F1 is tested alike whether or not a sample holds partial credit. */
    static Difference difference(MetricName headline, PairedScores scores) {
        return headline.metric().equals(F1) || !scores.binary()
                ? Difference.bootstrap(scores)
                : Difference.exact(scores);
    }

    /** Everything that is said of two models on a benchmark; p is not corrected yet. */
    static ModelDifference compared(String a, String b, MetricName headline, SharedExamples shared) {
        String metric = headline.key();
        List<TaskDifference> tasks = new ArrayList<>();
        shared.ofTasks()
                .forEach((task, examples) ->
                        tasks.add(new TaskDifference(task, difference(headline, examples.scores(metric)))));
        double taskP = tasks.size() < 2
                ? Double.NaN
                : difference(headline, shared.byTask(metric)).p();
        Difference whole = difference(headline, shared.scores(metric));
        return new ModelDifference(a, b, whole, taskP, tasks, whole.p(), 1);
    }

    /**
     * Holm's correction. What is compared with the baseline is one family, over all benchmarks and models: its stars stand in
     * one table. The benchmarks of any other pair of models are a family of their own.
     */
    static List<BenchmarkComparison> corrected(List<BenchmarkComparison> rows, String baseline) {
        Map<List<String>, List<Double>> families = new LinkedHashMap<>();
        for (BenchmarkComparison row : rows) {
            for (ModelDifference pair : row.differences()) {
                families.computeIfAbsent(family(pair, baseline), key -> new ArrayList<>())
                        .add(pair.difference().p());
            }
        }
        Map<List<String>, Iterator<Double>> corrected = new HashMap<>();
        families.forEach((name, p) -> {
            double[] holm =
                    Holm.adjust(p.stream().mapToDouble(Double::doubleValue).toArray());
            corrected.put(name, Arrays.stream(holm).iterator());
        });
        return rows.stream()
                .map(row -> row.withDifferences(row.differences().stream()
                        .map(pair -> {
                            List<String> name = family(pair, baseline);
                            return pair.withHolm(
                                    corrected.get(name).next(),
                                    families.get(name).size());
                        })
                        .toList()))
                .toList();
    }

    private static List<String> family(ModelDifference pair, String baseline) {
        return pair.a().equals(baseline) ? List.of(baseline) : List.of(pair.a(), pair.b());
    }
}
