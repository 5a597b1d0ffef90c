package mhc.reports;

import java.util.List;
import java.util.Map;
import mhc.eval.ScoreRow;

/**
 * All that is printed.
 *
 * @param models in table order, the baseline first
 * @param chances what is scored blindly, 0 to 1, by benchmark, as far as it is known
 * @param notes what the caption of the table must say, such as that weights are untrained
 * @param excess benchmarks of which so many examples failed that the caption must say so
 * @param remarks what is uneven in the data: missing cells, examples that not every model was asked
 * @param rows one per benchmark, by name
 * @param secondary whole-benchmark scores of every metric but the headline
 * @param provenance where the models' rows come from, in table order
 * @param pairs which models were compared with each other
 * @param prompts pairs of models that were compared although they were not asked the same
 */
record Report(
        String title,
        String protocol,
        List<String> models,
        Map<String, Double> chances,
        List<String> notes,
        List<ExcessFailures> excess,
        List<String> remarks,
        List<BenchmarkComparison> rows,
        List<ScoreRow> secondary,
        List<Provenance> provenance,
        ReportOptions.Pairs pairs,
        List<PromptDifference> prompts) {

    String baseline() {
        return models.get(0);
    }

    /** Tests of the family that the stars of Table 4 are of; 0 without any. */
    int testsAgainstBaseline() {
        return rows.stream()
                .flatMap(row -> row.differences().stream())
                .filter(pair -> pair.a().equals(baseline()))
                .mapToInt(BenchmarkComparison.ModelDifference::family)
                .findFirst()
                .orElse(0);
    }
}
