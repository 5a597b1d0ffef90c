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

    /** Holm's correction; the family is the benchmarks of one pair of models. */
    static List<BenchmarkComparison> corrected(List<BenchmarkComparison> rows) {
        Map<Models, List<Double>> families = new LinkedHashMap<>();
        for (BenchmarkComparison row : rows) {
            for (ModelDifference pair : row.differences()) {
                families.computeIfAbsent(Models.of(pair), key -> new ArrayList<>())
                        .add(pair.difference().p());
            }
        }
        Map<Models, Iterator<Double>> corrected = new HashMap<>();
        families.forEach((models, p) -> {
            double[] holm =
                    Holm.adjust(p.stream().mapToDouble(Double::doubleValue).toArray());
            corrected.put(models, Arrays.stream(holm).iterator());
        });
        return rows.stream()
                .map(row -> row.withDifferences(row.differences().stream()
                        .map(pair ->
                                pair.withHolm(corrected.get(Models.of(pair)).next()))
                        .toList()))
                .toList();
    }

    /** A pair of models: the key of a family of tests. */
    private record Models(String a, String b) {
        static Models of(ModelDifference pair) {
            return new Models(pair.a(), pair.b());
        }
    }
}
