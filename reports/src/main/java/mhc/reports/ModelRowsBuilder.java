package mhc.reports;

import static mhc.eval.PredictionColumn.CLUSTER;
import static mhc.eval.PredictionColumn.EXTRACTED;
import static mhc.eval.PredictionColumn.ID;
import static mhc.eval.PredictionColumn.KERNELS;
import static mhc.eval.PredictionColumn.METRICS;
import static mhc.eval.PredictionColumn.NEW_TOKENS;
import static mhc.eval.PredictionColumn.PROMPT_TOKENS;
import static mhc.eval.PredictionColumn.PROTOCOL;
import static mhc.eval.PredictionColumn.REASON;
import static mhc.eval.PredictionColumn.REQUEST_HASH;
import static mhc.eval.PredictionColumn.REUSED_TOKENS;
import static mhc.eval.PredictionColumn.SHOTS;
import static mhc.eval.PredictionColumn.STATUS;
import static mhc.eval.PredictionColumn.TASK;
import static mhc.eval.PredictionColumn.TOKENS;
import static mhc.eval.PredictionColumn.TRUNCATED;
import static mhc.eval.PredictionColumn.VERSION;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import mhc.eval.Answer;
import mhc.eval.BenchmarkTally;
import mhc.eval.Extracted;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;

/** Adds prediction rows of one model and benchmark one by one. */
final class ModelRowsBuilder {
    /** What is read of each row. */
    static final List<PredictionColumn> COLUMNS = List.of(
            ID,
            TASK,
            CLUSTER,
            PROTOCOL,
            VERSION,
            SHOTS,
            REQUEST_HASH,
            TOKENS,
            EXTRACTED,
            METRICS,
            STATUS,
            REASON,
            TRUNCATED,
            KERNELS,
            PROMPT_TOKENS,
            REUSED_TOKENS,
            NEW_TOKENS);

    private final String model;
    private final TreeSet<String> protocols = new TreeSet<>();
    private final TreeSet<Integer> shots = new TreeSet<>();
    private final TreeSet<String> versions = new TreeSet<>();
    private final TreeSet<String> kernels = new TreeSet<>();
    private final TreeMap<String, Long> failures = new TreeMap<>();
    private final BenchmarkTally.Builder tally = new BenchmarkTally.Builder();
    private final ExampleScoresBuilder examples = new ExampleScoresBuilder();
    private long truncated;
    private long promptTokens;
    private long reusedTokens;
    private long newTokens;
    private String mistake = "";

    ModelRowsBuilder(String model) {
        this.model = model;
    }

    /** Adds a row of {@link #COLUMNS}, or keeps what is wrong with it. */
    void add(PredictionRow row) {
        String wrong = mistake(row);
        if (!wrong.isEmpty()) {
            mistake(wrong);
            return;
        }
        String task = row.text(TASK);
        boolean noAnswer = row.text(STATUS).equals(Prediction.FAILED);
        boolean cut = row.truth(TRUNCATED);
        // one rule for every figure: a row that failed has no metric, whatever stands in it
        Map<String, Double> metrics = noAnswer ? Map.of() : row.map(METRICS);
        protocols.add(row.text(PROTOCOL));
        shots.add(row.integer(SHOTS));
        versions.add(row.text(VERSION));
        kernels.add(row.text(KERNELS));
        tally.add(task, metrics, noAnswer, cut);
        int options = noAnswer ? 0 : row.list(TOKENS).size();
        examples.add(row.text(ID), task, row.text(CLUSTER), row.text(REQUEST_HASH), options, metrics);
        if (cut) {
            examples.mark(ExampleScores.TRUNCATED);
        }
        if (!noAnswer && options == 0) {
            row.<String>map(EXTRACTED).forEach((filter, answer) -> {
                if (Extracted.isNothing(answer)) {
                    examples.mark(ExampleScores.nothing(filter));
                }
            });
        }
        if (noAnswer) {
            examples.mark(ExampleScores.FAILED);
            failures.merge(Answer.Cause.failureClass(row.text(REASON)), 1L, Long::sum);
        }
        truncated += cut ? 1 : 0;
        promptTokens += row.integer(PROMPT_TOKENS);
        reusedTokens += row.integer(REUSED_TOKENS);
        newTokens += row.integer(NEW_TOKENS);
    }

    /** What the user has to mend in a row, or the empty string. */
    private static String mistake(PredictionRow row) {
        for (PredictionColumn column : COLUMNS) {
            if (row.lacks(column)) {
                return row.part().damage();
            }
        }
        for (Map.Entry<String, Double> metric : row.<Double>map(METRICS).entrySet()) {
            Double value = metric.getValue();
            if (value == null || !(value >= 0 && value <= 1)) {
                return "Example " + row.text(ID) + " of " + row.part().benchmark() + " has " + metric.getKey() + " "
                        + value + ", expected 0 to 1: the run was written by another version, evaluate it again";
            }
        }
        return "";
    }

    /** Keeps the first thing that the user has to mend in these rows. */
    private void mistake(String wrong) {
        mistake = mistake.isEmpty() ? wrong : mistake;
    }

    ModelRows build() {
        ExampleScores scores = examples.build();
        RowCounts counts =
                new RowCounts(scores.size(), failures, truncated, promptTokens, reusedTokens, newTokens, kernels);
        return new ModelRows(
                model, new Asked(protocols, shots, versions), counts, tally.build(), List.of(scores), mistake);
    }
}
