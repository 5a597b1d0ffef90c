package mhc.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mhc.eval.MetricName;
import mhc.eval.stats.Difference;
import mhc.eval.stats.Holm;
import mhc.eval.stats.PairedScores;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;

/** Compares every pair of models on every benchmark. */
final class Comparisons {
    private static final String F1 = "f1";

    private Comparisons() {}

    /**
     * One benchmark's row; its p-values are not corrected yet.
     *
     * @param cells headline score of the whole benchmark for each model, in table order
     */
    static BenchmarkComparison of(BenchmarkExamples examples, MetricName headline, List<ModelScore> cells) {
        return new BenchmarkComparison(
                examples.benchmark(),
                headline,
                examples.shots(),
                askedOfAll(examples),
                List.copyOf(cells),
                differences(examples, headline));
    }

    private static int askedOfAll(BenchmarkExamples examples) {
        Set<String> common = null;
        for (List<ExampleRow> rows : examples.byModel().values()) {
            Set<String> ids = new HashSet<>();
            rows.forEach(row -> ids.add(row.id()));
            if (common == null) {
                common = ids;
            } else {
                common.retainAll(ids);
            }
        }
        return common == null ? 0 : common.size();
    }

    private static List<ModelDifference> differences(BenchmarkExamples examples, MetricName headline) {
        List<String> models = List.copyOf(examples.byModel().keySet());
        List<ModelDifference> differences = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            for (int j = i + 1; j < models.size(); j++) {
                String a = models.get(i);
                String b = models.get(j);
                List<PairedScores.Pair> pairs =
                        pairs(examples.byModel().get(a), examples.byModel().get(b), headline.key());
                if (!pairs.isEmpty()) {
                    Difference difference = difference(headline, new PairedScores(pairs));
                    differences.add(new ModelDifference(a, b, difference, difference.p()));
                }
            }
        }
        return List.copyOf(differences);
    }

    /** By the metric, not by the values alone: F1 is tested alike whether or not a sample holds partial credit. */
    private static Difference difference(MetricName headline, PairedScores scores) {
        return headline.metric().equals(F1) || !scores.binary()
                ? Difference.bootstrap(scores)
                : Difference.exact(scores);
    }

    private static List<PairedScores.Pair> pairs(List<ExampleRow> a, List<ExampleRow> b, String metric) {
        Map<String, ExampleRow> second = new HashMap<>();
        b.forEach(row -> second.put(row.id(), row));
        List<PairedScores.Pair> pairs = new ArrayList<>();
        for (ExampleRow row : a) {
            ExampleRow other = second.get(row.id());
            if (other != null) {
                pairs.add(new PairedScores.Pair(row.id(), row.cluster(), row.score(metric), other.score(metric)));
            }
        }
        return pairs;
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
