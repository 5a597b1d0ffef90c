package mhc.reports;

import java.util.List;
import java.util.Optional;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
import mhc.eval.stats.MeanDifference;
import mhc.eval.stats.StandardError;
import mhc.reports.BenchmarkComparison.ModelScore;

/**
 * Mean score over benchmarks, each counting alike.
 *
 * @param rows benchmarks of which every model answered some of the examples that all were asked; of Table 4's only, if there
 *     are any, so that gsm8k and gsm8k_cot do not both count
 */
record MacroMean(List<BenchmarkComparison> rows) {

    static MacroMean of(Report report) {
        List<BenchmarkComparison> complete = report.rows().stream()
                .filter(row -> row.n() > 0
                        && row.models().size() == report.models().size()
                        && row.models().stream().noneMatch(ModelScore::failed))
                .toList();
        List<BenchmarkComparison> table4 = complete.stream()
                .filter(row -> PublishedFigures.of(row.benchmark()).isPresent())
                .toList();
        return new MacroMean(table4.isEmpty() ? complete : table4);
    }

    double value(String model) {
        return scores(model).stream().mapToDouble(ScoreRow::value).sum() / rows.size();
    }

    double stderr(String model) {
        return StandardError.ofMacroMean(
                scores(model).stream().mapToDouble(ScoreRow::stderr).toArray());
    }

    /** Of two models on the same benchmarks; nothing below two benchmarks, or where the two were not compared. */
    Optional<MeanDifference> difference(String a, String b) {
        List<Difference> differences = rows.stream()
                .flatMap(row -> row.difference(a, b).stream())
                .map(BenchmarkComparison.ModelDifference::difference)
                .toList();
        return differences.size() < Math.max(2, rows.size())
                ? Optional.empty()
                : Optional.of(MeanDifference.of(differences));
    }

    private List<ScoreRow> scores(String model) {
        return rows.stream().map(row -> row.score(model).orElseThrow().score()).toList();
    }
}
