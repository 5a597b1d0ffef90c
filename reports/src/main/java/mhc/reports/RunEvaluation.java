package mhc.reports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;
import mhc.reports.RunReport.Counted;
import org.apache.spark.sql.SparkSession;

/** What the rows of some runs say, before anything is written. */
final class RunEvaluation {
    private final List<EvaluatedRun> runs;
    private final ReportOptions options;
    private final List<String> models;
    private final Headlines headlines;
    private final List<ScoreRow> scores = new ArrayList<>();
    private final List<ScoreRow> secondary = new ArrayList<>();
    private final List<BenchmarkComparison> comparisons = new ArrayList<>();
    private final List<Counted> counts = new ArrayList<>();
    private final List<ExcessFailures> excess = new ArrayList<>();
    private final List<PromptDifference> prompts = new ArrayList<>();
    private final Map<String, Double> chances = new TreeMap<>();
    private final TreeSet<String> protocols = new TreeSet<>();
    private final Report report;

    private RunEvaluation(SparkSession spark, List<EvaluatedRun> runs, ReportOptions options) {
        this.runs = runs;
        this.options = options;
        this.models = tableOrder(runs, options.baseline());
        this.headlines = new Headlines(
                options.headlines(),
                runs.stream().map(EvaluatedRun::description).toList());
        this.report = evaluate(spark);
        counts.sort(Comparator.comparing(Counted::model).thenComparing(Counted::benchmark));
    }

    /** @throws InputException when predictions are damaged or not comparable */
    static RunEvaluation of(SparkSession spark, List<EvaluatedRun> runs, ReportOptions options) {
        return new RunEvaluation(spark, runs, options);
    }

    Report report() {
        return report;
    }

    /** Of every model, benchmark, task and metric, over all examples of the model. */
    List<ScoreRow> scores() {
        return scores;
    }

    List<Counted> counts() {
        return List.copyOf(counts);
    }

    /** The baseline, then the models in the order of the runs and of their configurations. */
    private static List<String> tableOrder(List<EvaluatedRun> runs, String chosen) {
        Map<String, EvaluatedRun> runOf = new LinkedHashMap<>();
        for (EvaluatedRun run : runs) {
            for (String model : run.models()) {
                EvaluatedRun other = runOf.putIfAbsent(model, run);
                if (other != null) {
                    throw new InputException("Model " + model + " stands in " + other.directory() + " and in "
                            + run.directory() + ": give each model another name, or report the runs apart");
                }
            }
        }
        List<String> models = new ArrayList<>(runOf.keySet());
        if (!chosen.isEmpty() && !models.contains(chosen)) {
            throw new InputException("There is no model " + chosen + " to compare with: the runs hold "
                    + String.join(", ", models) + ", give one of these to --baseline");
        }
        String baseline = chosen.isEmpty() ? runs.get(0).description().baseline() : chosen;
        if (models.remove(baseline)) {
            models.add(0, baseline);
        }
        return List.copyOf(models);
    }

    private Report evaluate(SparkSession spark) {
        try (RowScan scan = RowScan.of(spark, runs, models)) {
            List<BenchmarkSummary> benchmarks = scan.summaries();
            benchmarks.forEach(this::requireSound);
            if (benchmarks.isEmpty()) {
                throw new InputException(
                        "The predictions of " + directories() + " hold no example: finish the run first");
            }
            Map<String, MetricName> metrics = new TreeMap<>();
            benchmarks.forEach(benchmark -> metrics.put(benchmark.benchmark(), headlines.of(benchmark)));
            Map<String, List<ModelDifference>> differences = scan.differences(pairs(), metrics);
            benchmarks.forEach(benchmark -> addRow(
                    benchmark,
                    metrics.get(benchmark.benchmark()),
                    differences.getOrDefault(benchmark.benchmark(), List.of())));
        }
        runs.forEach(run -> chances.putAll(run.description().chances()));
        List<BenchmarkComparison> rows = Comparisons.corrected(comparisons, models.get(0));
        List<String> remarks = new ArrayList<>(Remarks.of(models, rows, runs, prompts));
        OffsetSpread.all(rows, secondary).forEach(offsets -> remarks.add(offsets.sentence() + "."));
        return new Report(
                title(),
                protocols.first(),
                models,
                chances,
                notes(),
                excess,
                remarks,
                rows,
                secondary,
                Provenance.of(models, runs, counts),
                options.pairs(),
                prompts);
    }

    private List<RowScan.Pair> pairs() {
        List<RowScan.Pair> pairs = new ArrayList<>();
        int firsts =
                switch (options.pairs()) {
                    case ALL -> models.size();
                    case BASELINE -> 1;
                    case NONE -> 0;
                };
        for (int i = 0; i < firsts; i++) {
            for (int j = i + 1; j < models.size(); j++) {
                pairs.add(new RowScan.Pair(pairs.size(), models.get(i), models.get(j)));
            }
        }
        return pairs;
    }

    /** @throws InputException when rows cannot be reported on, or not in one table */
    private void requireSound(BenchmarkSummary benchmark) {
        for (ModelSummary model : benchmark.models()) {
            if (!model.mistake().isEmpty()) {
                throw new InputException(model.mistake());
            }
            if (!model.twice().isEmpty()) {
                throw new InputException("Example " + model.twice() + " of model " + model.model()
                        + " comes twice in "
                        + EvaluatedRun.of(model.model(), runs).directory()
                        + ": its part files overlap, delete the foreign ones");
            }
        }
        benchmark.requireAskedAlike();
        protocols.add(benchmark.protocol());
        if (protocols.size() > 1) {
            throw new InputException("The predictions of " + directories() + " follow the protocols "
                    + String.join(" and ", protocols) + ": report runs of one protocol at a time");
        }
        if (!options.differentPrompts() && !benchmark.prompts().isEmpty()) {
            throw benchmark.prompts().get(0).refusal();
        }
        prompts.addAll(benchmark.prompts());
    }

    private void addRow(BenchmarkSummary benchmark, MetricName headline, List<ModelDifference> differences) {
        List<ModelScore> cells = new ArrayList<>();
        boolean byClusters = benchmark.clusterRule() == ClusterRule.CLUSTERS;
        for (ModelSummary model : benchmark.models()) {
            counts.add(new Counted(model.model(), benchmark.benchmark(), model.counts()));
            ExcessFailures failures = ExcessFailures.of(
                    model.model(),
                    benchmark.benchmark(),
                    model.counts(),
                    EvaluatedRun.of(model.model(), runs).description().maxFailed());
            if (failures.isExcess()) {
                excess.add(failures);
            }
            if (!Double.isNaN(model.shown().chance())) {
                chances.putIfAbsent(benchmark.benchmark(), model.shown().chance());
            }
            ScoreRows own =
                    new ScoreRows(model.model(), benchmark, headline, byClusters, model.tally(), model.errors());
            scores.addAll(own.all());
            Shown shown = model.shown();
            ScoreRows common =
                    new ScoreRows(model.model(), benchmark, headline, byClusters, shown.tally(), shown.errors());
            secondary.addAll(common.secondary());
            cells.add(new ModelScore(
                    common.headlineScore(),
                    common.independentError(),
                    shown.errors().clusters(),
                    shown.errors().clustered("", headline),
                    shown.errors().byTask(headline),
                    shown.tally().lacking(headline),
                    model.counts().examples(),
                    shown.nothing(headline.filter())));
        }
        comparisons.add(new BenchmarkComparison(
                benchmark.benchmark(), headline, benchmark.shots(), benchmark.common(), cells, differences));
    }

    private String directories() {
        return runs.stream().map(run -> run.directory().toString()).collect(Collectors.joining(" and "));
    }

    private String title() {
        String names = runs.stream()
                .map(run -> run.description().name())
                .filter(name -> !name.isEmpty())
                .distinct()
                .collect(Collectors.joining(" + "));
        return names.isEmpty() ? "mhc-eval report" : "mhc-eval report: " + names;
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (options.unfinished() == ReportOptions.Unfinished.MARKED) {
            runs.stream()
                    .filter(run -> run.description().state() == RunDescription.State.UNFINISHED)
                    .forEach(run -> notes.add("NOT FINISHED: " + run.directory().getName()));
        }
        runs.stream()
                .flatMap(run -> run.description().notes().stream())
                .distinct()
                .forEach(notes::add);
        return notes;
    }
}
