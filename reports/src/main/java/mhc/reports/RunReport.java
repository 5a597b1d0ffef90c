package mhc.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.eval.BenchmarkTally;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.reports.BenchmarkComparison.ModelScore;
import org.apache.spark.sql.SparkSession;

/** Scores, comparison and pages of one or several runs, from their prediction files alone. */
public final class RunReport {
    private final PredictionReader reader;
    private final List<EvaluatedRun> runs;
    private final List<String> models;
    private final Headlines headlines;
    private final List<ScoreRow> scores = new ArrayList<>();
    private final List<BenchmarkComparison> comparisons = new ArrayList<>();
    private final TreeSet<String> protocols = new TreeSet<>();

    /**
     * What was written.
     *
     * @param outDir the directory that holds {@code scores/}, {@code comparison/} and {@code report.*}
     * @param markdown text of {@code report.md}
     */
    public record Result(String outDir, String markdown) {}

    private RunReport(SparkSession spark, List<EvaluatedRun> runs, Map<String, MetricName> headlines) {
        this.reader = new PredictionReader(spark);
        this.runs = runs;
        this.models = tableOrder(runs);
        this.headlines = new Headlines(
                headlines, runs.stream().map(EvaluatedRun::description).toList());
    }

    /** Like {@link #write(SparkSession, List, String, Map)}, with the headline metrics that the runs themselves name. */
    public static Result write(SparkSession spark, List<String> runDirs, String outDir) {
        return write(spark, runDirs, outDir, Map.of());
    }

    /**
     * Writes {@code scores/}, {@code comparison/} and {@code report.{md,csv,tex,html}}, replacing earlier ones. The same
     * prediction rows give the same bytes of the report files, however the rows are split and ordered.
     *
     * @param runDirs Hadoop URIs of run directories; no model may stand in two of them
     * @param outDir Hadoop URI; may be one of the runs
     * @param headlines Table 4's metric by benchmark; where it says nothing, the runs' own manifests do
     * @throws InputException when predictions are missing, damaged or not comparable
     */
    public static Result write(
            SparkSession spark, List<String> runDirs, String outDir, Map<String, MetricName> headlines) {
        if (runDirs.isEmpty()) {
            throw new InputException("There is no run to report on: give at least one run directory");
        }
        List<EvaluatedRun> runs = runDirs.stream()
                .map(directory ->
                        EvaluatedRun.at(directory, spark.sparkContext().hadoopConfiguration()))
                .toList();
        RunReport run = new RunReport(spark, runs, headlines);
        Report report = run.evaluate();
        Page page = ReportPage.of(report);
        String markdown = MarkdownWriter.write(page);
        ReportFolder folder = ReportFolder.at(spark, outDir);
        folder.writeTable("scores", ResultTables.scores(run.scores), ResultTables.SCORES);
        folder.writeTable("comparison", ResultTables.comparison(report.rows()), ResultTables.COMPARISON);
        folder.writeText("report.csv", CsvReport.write(report));
        folder.writeText("report.tex", LatexWriter.write(page));
        folder.writeText("report.html", HtmlWriter.write(page));
        folder.writeText("report.md", markdown);
        return new Result(outDir, markdown);
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

    private Report evaluate() {
        TreeSet<String> benchmarks = new TreeSet<>();
        runs.forEach(run -> benchmarks.addAll(run.files().keySet()));
        List<ScoreRow> secondary = new ArrayList<>();
        for (String benchmark : benchmarks) {
            Map<String, List<ExampleRow>> byModel = examples(benchmark);
            if (!byModel.isEmpty()) {
                evaluate(new BenchmarkExamples(benchmark, byModel), secondary);
            }
        }
        if (comparisons.isEmpty()) {
            throw new InputException("The predictions of " + directories() + " hold no example: finish the run first");
        }
        if (protocols.size() > 1) {
            throw new InputException("The predictions of " + directories() + " follow the protocols "
                    + String.join(" and ", protocols) + ": report runs of one protocol at a time");
        }
        List<BenchmarkComparison> rows = Comparisons.corrected(comparisons);
        return new Report(title(), protocols.first(), models, notes(), Remarks.of(models, rows, runs), rows, secondary);
    }

    /** By model in table order; models without an example of the benchmark are absent. */
    private Map<String, List<ExampleRow>> examples(String benchmark) {
        Map<String, List<ExampleRow>> read = new TreeMap<>();
        runs.forEach(run -> read.putAll(reader.read(run, benchmark)));
        Map<String, List<ExampleRow>> ordered = new LinkedHashMap<>();
        models.stream().filter(read::containsKey).forEach(model -> ordered.put(model, read.get(model)));
        return ordered;
    }

    private void evaluate(BenchmarkExamples examples, List<ScoreRow> secondary) {
        protocols.add(examples.protocol());
        MetricName headline = headlines.of(examples);
        List<ModelScore> cells = new ArrayList<>();
        examples.byModel().forEach((model, rows) -> {
            List<ScoreRow> independent = tally(rows).rows(model, examples.benchmark(), headline, examples.shots());
            ScoreErrors errors = new ScoreErrors(rows);
            List<ScoreRow> tabled = errors.tabled(independent, examples.clusterRule());
            scores.addAll(tabled);
            for (int i = 0; i < tabled.size(); i++) {
                ScoreRow score = tabled.get(i);
                if (name(score).equals(headline) && score.task().isEmpty()) {
                    cells.add(new ModelScore(
                            score,
                            independent.get(i).stderr(),
                            errors.clusters(),
                            errors.clustered(headline),
                            errors.byTask(headline)));
                } else if (score.task().isEmpty()) {
                    secondary.add(score);
                }
            }
        });
        comparisons.add(Comparisons.of(examples, headline, cells));
    }

    private static BenchmarkTally tally(List<ExampleRow> rows) {
        return rows.stream()
                .map(row -> BenchmarkTally.of(row.task(), row.metrics(), row.failed(), row.truncated()))
                .reduce(BenchmarkTally.EMPTY, BenchmarkTally::plus);
    }

    private static MetricName name(ScoreRow score) {
        return new MetricName(score.metric(), score.filter());
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
        return runs.stream()
                .flatMap(run -> run.description().notes().stream())
                .distinct()
                .toList();
    }
}
