package mhc.reports;

import java.util.List;
import mhc.eval.ScoreRow;
import mhc.eval.stats.StandardError;

/**
 * Mean score over benchmarks, each counting alike.
 *
 * @param rows benchmarks that every model was asked; of Table 4's only, if there are any, so that gsm8k and gsm8k_cot do not
 *     both count
 */
record MacroMean(List<BenchmarkComparison> rows) {

    static MacroMean of(Report report) {
        List<BenchmarkComparison> complete = report.rows().stream()
                .filter(row -> row.models().size() == report.models().size())
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

    private List<ScoreRow> scores(String model) {
        return rows.stream().map(row -> row.score(model).orElseThrow().score()).toList();
    }
}
