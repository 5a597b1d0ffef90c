package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The headline scores as one table for machines: a row per benchmark, model and model it is compared with. Scores, errors
 * and differences are in percent.
 */
final class CsvReport {
    private static final String[] SCORE = {
        "protocol",
        "benchmark",
        "metric",
        "filter",
        "shots",
        "model",
        "n",
        "value",
        "stderr",
        "independent_stderr",
        "clusters",
        "clustered_stderr",
        "task_stderr",
        "failed",
        "truncated"
    };

    private static final String[] DIFFERENCE = {
        "compared_with",
        "common_n",
        "delta",
        "low",
        "high",
        "test",
        "p",
        "p_mid",
        "p_holm",
        "won",
        "lost",
        "tied",
        "mde",
        "verdict"
    };

    private CsvReport() {}

    static String write(Report report) {
        StringBuilder out = new StringBuilder();
        CSVFormat format = CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();
        try (CSVPrinter csv = new CSVPrinter(out, format)) {
            List<Object> head = new ArrayList<>(List.of((Object[]) SCORE));
            head.addAll(List.of((Object[]) DIFFERENCE));
            csv.printRecord(head);
            for (BenchmarkComparison row : report.rows()) {
                for (ModelScore cell : row.models()) {
                    write(report, row, cell, csv);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void write(Report report, BenchmarkComparison row, ModelScore cell, CSVPrinter csv)
            throws IOException {
        List<ModelDifference> pairs = row.differences().stream()
                .filter(pair -> pair.b().equals(cell.model()))
                .toList();
        List<Object> score = score(report, row, cell);
        if (pairs.isEmpty()) {
            score.addAll(Collections.nCopies(DIFFERENCE.length, ""));
            csv.printRecord(score);
        }
        for (ModelDifference pair : pairs) {
            List<Object> cells = new ArrayList<>(score);
            cells.addAll(difference(pair));
            csv.printRecord(cells);
        }
    }

    private static List<Object> score(Report report, BenchmarkComparison row, ModelScore cell) {
        ScoreRow score = cell.score();
        return new ArrayList<>(List.of(
                report.protocol(),
                row.benchmark(),
                row.headline().metric(),
                row.headline().filter(),
                row.shots(),
                cell.model(),
                score.n(),
                Numbers.exactPercent(score.value()),
                Numbers.exactPercent(score.stderr()),
                Numbers.exactPercent(cell.independentStderr()),
                cell.clusters(),
                Numbers.exactPercent(cell.clusteredStderr()),
                Numbers.exactPercent(cell.taskStderr()),
                score.failed(),
                score.truncated()));
    }

    private static List<Object> difference(ModelDifference pair) {
        Difference d = pair.difference();
        return List.of(
                pair.a(),
                d.n(),
                Numbers.exactPercent(d.delta()),
                Numbers.exactPercent(d.low()),
                Numbers.exactPercent(d.high()),
                d.test().label(),
                Numbers.exactProbability(d.p()),
                Numbers.exactProbability(d.midP()),
                Numbers.exactProbability(pair.holm()),
                d.won(),
                d.lost(),
                d.tied(),
                Numbers.exactPercent(d.minimumDetectable()),
                pair.verdict());
    }
}
