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

    static List<String> of(List<String> models, List<BenchmarkComparison> rows, List<EvaluatedRun> runs) {
        List<String> remarks = new ArrayList<>();
        for (BenchmarkComparison row : rows) {
            String missing =
                    models.stream().filter(model -> row.score(model).isEmpty()).collect(Collectors.joining(", "));
            if (!missing.isEmpty()) {
                remarks.add(Labels.benchmark(row.benchmark()) + ": no predictions of " + missing + ".");
            }
            if (row.models().stream().anyMatch(cell -> cell.score().n() != row.n())) {
                remarks.add(Labels.benchmark(row.benchmark()) + ": the models were asked different examples ("
                        + row.models().stream().map(Remarks::count).collect(Collectors.joining(", "))
                        + "); " + row.n() + " are common to all, and each pair is compared on those it shares.");
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
                long open = planned(cell.model(), row.benchmark(), runs)
                        - cell.score().n();
                if (open > 0) {
                    incomplete.computeIfAbsent(open, key -> new ArrayList<>()).add(cell.model());
                }
            }
            incomplete.forEach((open, names) -> remarks.add(Labels.benchmark(row.benchmark()) + ": " + open
                    + " planned examples of " + String.join(", ", names) + " are not evaluated yet."));
        }
        return remarks;
    }

    private static String count(ModelScore cell) {
        return cell.model() + " " + cell.score().n();
    }

    private static int planned(String model, String benchmark, List<EvaluatedRun> runs) {
        return runs.stream()
                .filter(run -> run.models().contains(model))
                .mapToInt(run -> run.description().examples().getOrDefault(benchmark, 0))
                .findFirst()
                .orElse(0);
    }
}
