package mhc.reports;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import mhc.datasets.InputException;
import mhc.reports.ReportOptions.Format;
import org.apache.spark.sql.SparkSession;

/** Scores, comparison and pages of one or several runs, from their prediction files alone. */
public final class RunReport {
    private RunReport() {}

    /**
     * What was written.
     *
     * @param outDir the directory that holds {@code scores/}, {@code comparison/} and {@code report.*}
     * @param markdown text of {@code report.md}, whether or not it was written
     * @param counts of the rows read, by model and benchmark
     */
    public record Result(String outDir, String markdown, List<Counted> counts) {}

    /** Counts over one model's rows of one benchmark. */
    public record Counted(String model, String benchmark, RowCounts counts) {}

    /** Like {@link #write(SparkSession, List, String, ReportOptions)}, with all that is usual. */
    public static Result write(SparkSession spark, List<String> runDirs, String outDir) {
        return write(spark, runDirs, outDir, ReportOptions.DEFAULT);
    }

    /**
     * Writes {@code scores/}, {@code comparison/}, {@code tasks/} and the files of the chosen formats, replacing earlier ones.
     * The same prediction rows give the same bytes of the report files, however the rows are split and ordered.
     *
     * @param runDirs Hadoop URIs of run directories; no model may stand in two of them
     * @param outDir Hadoop URI; may be one of the runs
     * @throws InputException when predictions are missing, damaged or not comparable
     */
    public static Result write(SparkSession spark, List<String> runDirs, String outDir, ReportOptions options) {
        if (runDirs.isEmpty()) {
            throw new InputException("There is no run to report on: give at least one run directory");
        }
        List<EvaluatedRun> runs = runDirs.stream()
                .map(directory -> EvaluatedRun.at(directory, spark, options))
                .toList();
        return of(spark, runs, outDir, options);
    }

    /**
     * Writes the report of a run into its own directory, the last step before its manifest.
     *
     * @param manifest what is known of the manifest: all of it but counts and parts
     * @throws InputException when predictions are missing or damaged
     */
    public static Result finish(SparkSession spark, String runDir, JsonNode manifest) {
        EvaluatedRun run = EvaluatedRun.finishing(runDir, spark, RunDescription.of(manifest));
        return of(spark, List.of(run), runDir, ReportOptions.DEFAULT);
    }

    private static Result of(SparkSession spark, List<EvaluatedRun> runs, String outDir, ReportOptions options) {
        RunEvaluation evaluation = RunEvaluation.of(spark, runs, options);
        Report report = evaluation.report();
        Page page = ReportPage.of(report);
        String markdown = MarkdownWriter.write(page);
        ReportFolder folder = ReportFolder.at(spark, outDir);
        folder.writeTable("scores", ResultTables.scores(evaluation.scores()), ResultTables.SCORES);
        folder.writeTable("comparison", ResultTables.comparison(report.rows()), ResultTables.COMPARISON);
        folder.writeTable("tasks", TaskTable.rows(report.rows()), TaskTable.SCHEMA);
        if (options.formats().contains(Format.CSV)) {
            CsvReport.write(report, folder);
        }
        if (options.formats().contains(Format.JSON)) {
            folder.writeText("report.json", JsonReport.write(report));
        }
        if (options.formats().contains(Format.LATEX)) {
            folder.writeText("report.tex", LatexTable.write(report));
            folder.writeText("report-appendix.tex", LatexAppendix.write(report));
        }
        if (options.formats().contains(Format.HTML)) {
            long rows = evaluation.counts().stream()
                    .mapToLong(counted -> counted.counts().examples())
                    .sum();
            SampleIndex samples =
                    SampleIndex.chosen(options.samples(), rows, () -> SampleIndex.write(spark, runs, report, folder));
            if (samples.data().isEmpty()) {
                SampleIndex.clear(folder);
            }
            folder.writeText("report.html", HtmlWriter.write(report, page, samples, Supplements.read(spark, runs)));
        }
        if (options.formats().contains(Format.MD)) {
            folder.writeText("report.md", markdown);
        }
        return new Result(outDir, markdown, evaluation.counts());
    }
}
