package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Three tidy tables for machines, in the units of Parquet (fractions, 0 to 1): a row per benchmark and model, per benchmark
 * and pair of models, per task and pair of models. What is not defined is empty.
 */
final class CsvReport {
    private static final List<Object> SCORE = List.of(
            "protocol",
            "benchmark",
            "metric",
            "filter",
            "shots",
            "chance",
            "model",
            "n",
            "asked",
            "value",
            "stderr",
            "independent_stderr",
            "clusters",
            "clustered_stderr",
            "task_stderr",
            "failed",
            "unanswered",
            "truncated");

    private static final List<Object> DIFFERENCE = List.of(
            "benchmark",
            "a",
            "b",
            "n",
            "clusters",
            "delta",
            "stderr",
            "low",
            "high",
            "test",
            "p",
            "p_mid",
            "p_task",
            "p_holm",
            "family",
            "won",
            "lost",
            "tied",
            "mde",
            "verdict");

    private static final List<Object> TASK = List.of(
            "benchmark",
            "task",
            "a",
            "b",
            "n",
            "clusters",
            "delta",
            "stderr",
            "low",
            "high",
            "test",
            "p",
            "won",
            "lost",
            "tied");

    private CsvReport() {}

    /** Writes {@code report.csv}, {@code report-differences.csv} and {@code report-tasks.csv}. */
    static void write(Report report, ReportFolder folder) {
        folder.writeText("report.csv", scores(report));
        folder.writeText("report-differences.csv", differences(report));
        folder.writeText("report-tasks.csv", tasks(report));
    }

    static String scores(Report report) {
        List<List<Object>> rows = new ArrayList<>(List.of(SCORE));
        for (BenchmarkComparison row : report.rows()) {
            row.models().forEach(cell -> rows.add(score(report, row, cell)));
        }
        return text(rows);
    }

    static String differences(Report report) {
        List<List<Object>> rows = new ArrayList<>(List.of(DIFFERENCE));
        for (BenchmarkComparison row : report.rows()) {
            row.differences().forEach(pair -> rows.add(difference(row, pair)));
        }
        MacroMean mean = MacroMean.of(report);
        for (String a : report.models()) {
            for (String b : report.models()) {
                mean.difference(a, b)
                        .ifPresent(d -> rows.add(List.of(
                                "mean of " + d.benchmarks(),
                                a,
                                b,
                                "",
                                "",
                                d.delta(),
                                "",
                                d.low(),
                                d.high(),
                                "t",
                                d.p(),
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "")));
            }
        }
        return text(rows);
    }

    static String tasks(Report report) {
        List<List<Object>> rows = new ArrayList<>(List.of(TASK));
        for (BenchmarkComparison row : report.rows()) {
            for (ModelDifference pair : row.differences()) {
                pair.tasks().forEach(task -> {
                    List<Object> cells = new ArrayList<>(List.of(row.benchmark(), task.task(), pair.a(), pair.b()));
                    addTested(task.difference(), cells);
                    addCounts(task.difference(), cells);
                    rows.add(cells);
                });
            }
        }
        return text(rows);
    }

    private static String text(List<List<Object>> rows) {
        StringBuilder out = new StringBuilder();
        CSVFormat format = CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();
        try (CSVPrinter csv = new CSVPrinter(out, format)) {
            for (List<Object> row : rows) {
                csv.printRecord(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static List<Object> score(Report report, BenchmarkComparison row, ModelScore cell) {
        ScoreRow score = cell.score();
        return List.of(
                report.protocol(),
                row.benchmark(),
                row.headline().metric(),
                row.headline().filter(),
                row.shots(),
                defined(report.chances().getOrDefault(row.benchmark(), Double.NaN)),
                cell.model(),
                score.n(),
                cell.asked(),
                defined(score.value()),
                defined(score.stderr()),
                defined(cell.independentStderr()),
                cell.clusters(),
                defined(cell.clusteredStderr()),
                defined(cell.taskStderr()),
                score.failed(),
                cell.unanswered(),
                score.truncated());
    }

    private static List<Object> difference(BenchmarkComparison row, ModelDifference pair) {
        Difference d = pair.difference();
        List<Object> cells = new ArrayList<>(List.of(row.benchmark(), pair.a(), pair.b()));
        addTested(d, cells);
        cells.addAll(List.of(defined(d.midP()), defined(pair.taskP()), defined(pair.holm()), pair.family()));
        addCounts(d, cells);
        cells.addAll(List.of(pair.minimumDetectable(), pair.verdict()));
        return cells;
    }

    private static void addTested(Difference d, List<Object> cells) {
        cells.addAll(List.of(
                d.n(),
                d.clusters(),
                defined(d.delta()),
                defined(d.stderr()),
                d.low(),
                d.high(),
                d.test().label(),
                d.p()));
    }

    private static void addCounts(Difference d, List<Object> cells) {
        cells.addAll(List.of(d.won(), d.lost(), d.tied()));
    }

    private static Object defined(double number) {
        return Double.isNaN(number) ? "" : number;
    }
}
