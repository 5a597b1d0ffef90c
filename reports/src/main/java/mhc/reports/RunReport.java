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
import org.apache.spark.sql.SparkSession;

/** Scores, comparison and pages of one or several runs, from their prediction files alone. */
public final class RunReport {
    private final List<EvaluatedRun> runs;
    private final List<String> models;
    private final Headlines headlines;
    private final List<ScoreRow> scores = new ArrayList<>();
    private final List<BenchmarkComparison> comparisons = new ArrayList<>();
    private final List<Counted> counts = new ArrayList<>();
    private final List<ExcessFailures> excess = new ArrayList<>();
    private final TreeSet<String> protocols = new TreeSet<>();

    /**
     * What was written.
     *
     * @param outDir the directory that holds {@code scores/}, {@code comparison/} and {@code report.*}
     * @param markdown text of {@code report.md}
     * @param counts of the rows read, by model and benchmark
     */
    public record Result(String outDir, String markdown, List<Counted> counts) {}

    /** Counts over one model's rows of one benchmark. */
    public record Counted(String model, String benchmark, RowCounts counts) {}

    private RunReport(List<EvaluatedRun> runs, Map<String, MetricName> headlines) {
        this.runs = runs;
        this.models = tableOrder(runs);
        this.headlines = new Headlines(
                headlines, runs.stream().map(EvaluatedRun::description).toList());
    }

    /**
     * What may be chosen.
     *
     * @param headlines Table 4's metric by benchmark; where it says nothing, the runs' own manifests do
     * @param samples whether the page shows single examples; where these are many, in files below {@code report-samples}
     */
    public record Options(Map<String, MetricName> headlines, boolean samples) {
        public static final Options DEFAULT = new Options(Map.of(), true);
    }

    /** Like {@link #write(SparkSession, List, String, Options)}, with all that is usual. */
    public static Result write(SparkSession spark, List<String> runDirs, String outDir) {
        return write(spark, runDirs, outDir, Options.DEFAULT);
    }

    /**
     * Writes {@code scores/}, {@code comparison/} and {@code report.{md,csv,tex,html}}, replacing earlier ones. The same
     * prediction rows give the same bytes of the report files, however the rows are split and ordered.
     *
     * @param runDirs Hadoop URIs of run directories; no model may stand in two of them
     * @param outDir Hadoop URI; may be one of the runs
     * @throws InputException when predictions are missing, damaged or not comparable
     */
    public static Result write(SparkSession spark, List<String> runDirs, String outDir, Options options) {
        if (runDirs.isEmpty()) {
            throw new InputException("There is no run to report on: give at least one run directory");
        }
        List<EvaluatedRun> runs = runDirs.stream()
                .map(directory ->
                        EvaluatedRun.at(directory, spark.sparkContext().hadoopConfiguration()))
                .toList();
        RunReport run = new RunReport(runs, options.headlines());
        Report report = run.evaluate(spark);
        Page page = ReportPage.of(report);
        String markdown = MarkdownWriter.write(page);
        ReportFolder folder = ReportFolder.at(spark, outDir);
        folder.writeTable("scores", ResultTables.scores(run.scores), ResultTables.SCORES);
        folder.writeTable("comparison", ResultTables.comparison(report.rows()), ResultTables.COMPARISON);
        folder.writeText("report.csv", CsvReport.write(report));
        folder.writeText("report.tex", LatexWriter.write(page));
        SampleIndex samples = options.samples() ? SampleIndex.write(spark, runs, report, folder) : SampleIndex.NONE;
        folder.writeText("report.html", HtmlWriter.write(report, page, samples));
        folder.writeText("report.md", markdown);
        run.counts.sort(Comparator.comparing(Counted::model).thenComparing(Counted::benchmark));
        return new Result(outDir, markdown, List.copyOf(run.counts));
    }

    /** The baseline of the first run, then the models in the order of the runs and of their configurations. */
    private static List<String> tableOrder(List<EvaluatedRun> runs) {
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
        String baseline = runs.get(0).description().baseline();
        if (models.remove(baseline)) {
            models.add(0, baseline);
        }
        return List.copyOf(models);
    }

    private Report evaluate(SparkSession spark) {
        List<ScoreRow> secondary = new ArrayList<>();
        try (RowScan scan = RowScan.of(spark, runs, models)) {
            List<BenchmarkSummary> benchmarks = scan.summaries();
            benchmarks.forEach(this::requireSound);
            if (benchmarks.isEmpty()) {
                throw new InputException(
                        "The predictions of " + directories() + " hold no example: finish the run first");
            }
            Map<String, MetricName> metrics = new TreeMap<>();
            benchmarks.forEach(benchmark -> metrics.put(benchmark.benchmark(), headlines.of(benchmark)));
            Map<String, List<ModelDifference>> differences = scan.differences(metrics);
            benchmarks.forEach(benchmark -> addRow(
                    benchmark,
                    metrics.get(benchmark.benchmark()),
                    differences.getOrDefault(benchmark.benchmark(), List.of()),
                    secondary));
        }
        List<BenchmarkComparison> rows = Comparisons.corrected(comparisons);
        return new Report(
                title(),
                protocols.first(),
                models,
                chances(),
                notes(),
                excess,
                Remarks.of(models, rows, runs),
                rows,
                secondary);
    }

    /** @throws InputException when rows cannot be reported on, or not in one table */
    private void requireSound(BenchmarkSummary benchmark) {
        for (ModelSummary model : benchmark.models()) {
            if (!model.mistake().isEmpty()) {
                throw new InputException(model.mistake());
            }
            if (!model.twice().isEmpty()) {
                throw new InputException("Example " + model.twice() + " of model " + model.model()
                        + " comes twice in " + runOf(model.model()).directory()
                        + ": its part files overlap, delete the foreign ones");
            }
        }
        benchmark.requireAskedAlike();
        protocols.add(benchmark.protocol());
        if (protocols.size() > 1) {
            throw new InputException("The predictions of " + directories() + " follow the protocols "
                    + String.join(" and ", protocols) + ": report runs of one protocol at a time");
        }
    }

    private EvaluatedRun runOf(String model) {
        return runs.stream()
                .filter(run -> run.models().contains(model))
                .findFirst()
                .orElseThrow();
    }

    private void addRow(
            BenchmarkSummary benchmark,
            MetricName headline,
            List<ModelDifference> differences,
            List<ScoreRow> secondary) {
        List<ModelScore> cells = new ArrayList<>();
        for (ModelSummary model : benchmark.models()) {
            counts.add(new Counted(model.model(), benchmark.benchmark(), model.counts()));
            ExcessFailures failures = ExcessFailures.of(
                    model.model(),
                    benchmark.benchmark(),
                    model.counts(),
                    runOf(model.model()).description().maxFailed());
            if (failures.isExcess()) {
                excess.add(failures);
            }
            ClusterErrors errors = model.errors();
            boolean allow = benchmark.clusterRule() == ClusterRule.CLUSTERS && errors.shared();
            for (ScoreRow independent :
                    model.tally().rows(model.model(), benchmark.benchmark(), headline, benchmark.shots())) {
                MetricName metric = new MetricName(independent.metric(), independent.filter());
                double clustered = allow ? errors.clustered(independent.task(), metric) : independent.stderr();
                ScoreRow score = independent.withStderr(clustered);
                scores.add(score);
                if (!score.task().isEmpty()) {
                    continue;
                }
                if (metric.equals(headline)) {
                    cells.add(new ModelScore(
                            score,
                            independent.stderr(),
                            errors.clusters(),
                            errors.clustered("", headline),
                            errors.byTask(headline),
                            model.tally().lacking(headline)));
                } else {
                    secondary.add(score);
                }
            }
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

    private Map<String, Double> chances() {
        Map<String, Double> chances = new TreeMap<>();
        runs.forEach(run -> chances.putAll(run.description().chances()));
        return chances;
    }

    private List<String> notes() {
        return runs.stream()
                .flatMap(run -> run.description().notes().stream())
                .distinct()
                .toList();
    }
}
