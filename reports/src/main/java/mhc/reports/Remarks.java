package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mhc.reports.BenchmarkComparison.ModelScore;

/** Sentences on what is uneven in the data, so that no gap in a table goes without a word. */
final class Remarks {
    private Remarks() {}

    /** Below so many independent units an interval rests on what they happen to be. */
    private static final int FEW_CLUSTERS = 20;

    static List<String> of(
            List<String> models,
            List<BenchmarkComparison> rows,
            List<EvaluatedRun> runs,
            List<PromptDifference> prompts) {
        List<String> remarks = new ArrayList<>();
        prompts.forEach(difference -> remarks.add(
                Labels.benchmark(difference.benchmark()) + " was NOT ASKED ALIKE: " + difference.sentence() + "."));
        for (BenchmarkComparison row : rows) {
            String missing =
                    models.stream().filter(model -> row.score(model).isEmpty()).collect(Collectors.joining(", "));
            if (!missing.isEmpty()) {
                remarks.add(Labels.benchmark(row.benchmark()) + ": missing for " + missing
                        + ", which has no predictions of it.");
            }
            if (row.models().stream().anyMatch(cell -> cell.asked() != row.n())) {
                remarks.add(uneven(row));
            }
            List<String> failed = row.models().stream()
                    .filter(ModelScore::failed)
                    .map(cell -> "all " + cell.score().n() + " examples of " + cell.model() + " failed")
                    .toList();
            if (!failed.isEmpty()) {
                remarks.add(Labels.benchmark(row.benchmark()) + ": " + String.join(", ", failed)
                        + "; that is no score, and the benchmark no part of the mean.");
            }
            int fewest =
                    row.models().stream().mapToInt(ModelScore::clusters).min().orElse(0);
            if (fewest < FEW_CLUSTERS) {
                remarks.add(
                        Labels.benchmark(row.benchmark()) + ": only " + fewest
                                + " independent examples or clusters; errors, intervals and p rest on what these happen to be.");
            }
            for (ModelScore cell : row.models()) {
                if (cell.lacking() > 0) {
                    remarks.add(Labels.benchmark(row.benchmark()) + ": " + cell.lacking() + " answered examples of "
                            + cell.model() + " lack the metric "
                            + row.headline().key() + " and score 0.");
                }
            }
            Map<Long, List<String>> incomplete = new TreeMap<>();
            for (ModelScore cell : row.models()) {
                long open = planned(cell.model(), row.benchmark(), runs) - cell.asked();
                if (open > 0) {
                    incomplete.computeIfAbsent(open, key -> new ArrayList<>()).add(cell.model());
                }
            }
            incomplete.forEach((open, names) -> remarks.add(Labels.benchmark(row.benchmark()) + ": " + open
                    + " planned examples of " + String.join(", ", names) + " are not evaluated yet."));
        }
        return remarks;
    }

    private static String uneven(BenchmarkComparison row) {
        String asked = row.models().stream()
                .map(cell -> cell.model() + " " + cell.asked())
                .collect(Collectors.joining(", "));
        String shown = row.n() == 0
                ? "; none is common to all, so that each score stands for itself and no mean includes them."
                : "; the scores are those of the " + row.n() + " that are common to all, and each pair is compared on"
                        + " those it shares.";
        return Labels.benchmark(row.benchmark()) + ": the models were asked different examples (" + asked + ")" + shown;
    }

    private static int planned(String model, String benchmark, List<EvaluatedRun> runs) {
        return runs.stream()
                .filter(run -> run.models().contains(model))
                .mapToInt(run -> run.description().examples().getOrDefault(benchmark, 0))
                .findFirst()
                .orElse(0);
    }
}
