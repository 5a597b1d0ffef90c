package mhc.reports;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;

/**
 * What a model scores on a benchmark when its prompts stand further and further from the beginning of their sequences: how
 * much of a score is where the text happens to lie.
 *
 * @param scores of the headline metric by offset in tokens, as fractions; at least one
 */
record OffsetSpread(String benchmark, String model, SortedMap<Integer, Double> scores) {

    /** Of a run that was scored at several offsets. */
    static Optional<OffsetSpread> of(List<ScoreRow> secondary, String benchmark, String model, MetricName headline) {
        SortedMap<Integer, Double> scores = new TreeMap<>();
        for (ScoreRow row : secondary) {
            MetricName metric = new MetricName(row.metric(), row.filter());
            if (row.benchmark().equals(benchmark)
                    && row.model().equals(model)
                    && metric.isOfOffset()
                    && metric.withoutOffset().equals(headline)) {
                scores.put(metric.offset(), row.value());
            }
        }
        return scores.isEmpty() ? Optional.empty() : Optional.of(new OffsetSpread(benchmark, model, scores));
    }

    /** The best less the worst. */
    double spread() {
        return scores.values().stream().max(Double::compare).orElseThrow()
                - scores.values().stream().min(Double::compare).orElseThrow();
    }

    /** The scores with their mean and the offset of the worst, as a sentence without its full stop. */
    String sentence() {
        int worst = scores.entrySet().stream()
                .min((a, b) -> Double.compare(a.getValue(), b.getValue()))
                .orElseThrow()
                .getKey();
        double mean = scores.values().stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%s: at position offsets %s, %s scores %s; mean %s, spread %s points, the worst at %d",
                Labels.benchmark(benchmark),
                scores.keySet().stream().map(Object::toString).collect(Collectors.joining(", ")),
                model,
                scores.values().stream().map(Numbers::percent).collect(Collectors.joining(", ")),
                Numbers.percent(mean),
                Numbers.percent(spread()),
                worst);
    }

    /** Of all models and benchmarks of a table. */
    static List<OffsetSpread> all(List<BenchmarkComparison> rows, List<ScoreRow> secondary) {
        return rows.stream()
                .flatMap(row -> row.models().stream()
                        .flatMap(cell -> of(secondary, row.benchmark(), cell.model(), row.headline()).stream()))
                .toList();
    }
}
