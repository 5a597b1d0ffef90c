package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;
import mhc.reports.Page.Block;
import mhc.reports.Page.Column;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/** Lays a report out: Table 4, what the differences mean, the details, and the paper's own figures. */
final class ReportPage {
    private final Report report;
    private final List<Block> blocks = new ArrayList<>();

    private ReportPage(Report report) {
        this.report = report;
    }

    static Page of(Report report) {
        return new ReportPage(report).build();
    }

    private Page build() {
        blocks.add(table4());
        if (!report.chances().isEmpty()) {
            blocks.add(new Text(aboveChance()));
        }
        report.remarks().forEach(remark -> blocks.add(new Text(remark)));
        for (int i = 0; i < report.models().size(); i++) {
            for (int j = i + 1; j < report.models().size(); j++) {
                addDifferences(report.models().get(i), report.models().get(j));
            }
        }
        blocks.add(new Heading("Examples"));
        blocks.add(examples());
        if (!report.secondary().isEmpty()) {
            blocks.add(new Heading("Other metrics"));
            blocks.add(secondary());
        }
        blocks.add(new Heading("The paper's figures, for reference"));
        blocks.add(published());
        return new Page(report.title(), blocks);
    }

    private Table table4() {
        List<Column> columns = new ArrayList<>(List.of(left("Benchmark"), left("Metric"), right("Shots"), right("n")));
        boolean withChance = !report.chances().isEmpty();
        if (withChance) {
            columns.add(right("Chance"));
        }
        report.models().forEach(model -> columns.add(right(model)));
        columns.addAll(List.of(right("Failed"), right("Truncated")));
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            List<String> cells = new ArrayList<>(List.of(
                    Labels.benchmark(row.benchmark()),
                    Labels.metric(row.headline()),
                    Integer.toString(row.shots()),
                    Integer.toString(row.n())));
            if (withChance) {
                Double chance = report.chances().get(row.benchmark());
                cells.add(chance == null ? Numbers.NONE : Numbers.percent(chance));
            }
            report.models().forEach(model -> cells.add(score(row, model)));
            cells.add(counts(row, ScoreRow::failed));
            cells.add(counts(row, ScoreRow::truncated));
            rows.add(cells);
        }
        return new Table(caption(), columns, rows, macroMean());
    }

    private String caption() {
        StringBuilder caption = new StringBuilder("Scores in percent ± standard error, protocol " + report.protocol());
        report.notes().forEach(note -> caption.append("; ").append(note));
        caption.append(".");
        report.excess().forEach(failures -> caption.append(" Not sound: ")
                .append(failures.sentence())
                .append('.'));
        if (report.models().size() > 1) {
            caption.append(" * differs from ")
                    .append(report.baseline())
                    .append(" (Holm p < 0.05), the others within noise. Failed, truncated: examples of ")
                    .append(String.join(" / ", report.models()))
                    .append(".");
        }
        return caption.toString();
    }

    /** Which scores say that a model knows something, by the interval that its standard error gives. */
    private String aboveChance() {
        List<String> models = new ArrayList<>();
        for (String model : report.models()) {
            List<String> above = new ArrayList<>();
            for (BenchmarkComparison row : report.rows()) {
                Double chance = report.chances().get(row.benchmark());
                row.score(model)
                        .filter(cell -> chance != null
                                && cell.score().value()
                                                - Difference.Z_95 * cell.score().stderr()
                                        > chance)
                        .ifPresent(cell -> above.add(Labels.benchmark(row.benchmark())));
            }
            models.add("%s on %d of %d%s"
                    .formatted(
                            model,
                            above.size(),
                            report.rows().size(),
                            above.isEmpty() ? "" : " (" + String.join(", ", above) + ")"));
        }
        return "Chance: what the same answer to every question, or an option taken blindly, scores. Above it with the lower"
                + " end of the 95% interval: " + String.join("; ", models) + ".";
    }

    private String score(BenchmarkComparison row, String model) {
        boolean differs = row.difference(report.baseline(), model)
                .filter(ModelDifference::significant)
                .isPresent();
        return row.score(model)
                .map(cell ->
                        Numbers.withError(cell.score().value(), cell.score().stderr()) + (differs ? "*" : ""))
                .orElse(Numbers.NONE);
    }

    private String counts(BenchmarkComparison row, ToLongFunction<ScoreRow> count) {
        return report.models().stream()
                .map(model -> row.score(model)
                        .map(cell -> Long.toString(count.applyAsLong(cell.score())))
                        .orElse(Numbers.NONE))
                .collect(Collectors.joining(" / "));
    }

    private List<String> macroMean() {
        MacroMean mean = MacroMean.of(report);
        if (mean.rows().size() < 2) {
            return List.of();
        }
        List<String> cells = new ArrayList<>(List.of("Mean of " + mean.rows().size(), "", "", ""));
        if (!report.chances().isEmpty()) {
            cells.add("");
        }
        report.models().forEach(model -> cells.add(Numbers.withError(mean.value(model), mean.stderr(model))));
        cells.addAll(List.of("", ""));
        return cells;
    }

    private void addDifferences(String a, String b) {
        blocks.add(new Heading(b + " against " + a));
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            row.difference(a, b).ifPresent(pair -> rows.add(difference(row, pair)));
        }
        if (rows.isEmpty()) {
            blocks.add(new Text(a + " and " + b + " have no example in common."));
            return;
        }
        List<Column> columns = List.of(
                left("Benchmark"),
                right("n"),
                right("Difference"),
                right("95% interval"),
                left("Test"),
                right("p"),
                right("Mid-p"),
                right("Holm p"),
                right("Won"),
                right("Lost"),
                right("Tied"),
                right("MDE"),
                left("Verdict"));
        String caption = b + " less " + a + " in percentage points, on the same examples; won: examples on which " + b
                + " scores higher. Mid-p: less cautious than an exact p, decides nothing. Holm p: corrected for the "
                + rows.size()
                + " tests of this table. MDE: smallest difference found with 80% power.";
        blocks.add(new Table(caption, columns, rows, List.of()));
    }

    private static List<String> difference(BenchmarkComparison row, ModelDifference pair) {
        Difference d = pair.difference();
        return List.of(
                Labels.benchmark(row.benchmark()),
                Integer.toString(d.n()),
                Numbers.points(d.delta()),
                "[" + Numbers.points(d.low()) + ", " + Numbers.points(d.high()) + "]",
                d.test().label(),
                Numbers.probability(d.p()),
                Numbers.probability(d.midP()),
                Numbers.probability(pair.holm()),
                Integer.toString(d.won()),
                Integer.toString(d.lost()),
                Integer.toString(d.tied()),
                Numbers.percent(d.minimumDetectable()),
                pair.verdict());
    }

    private Table examples() {
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            for (ModelScore cell : row.models()) {
                rows.add(List.of(
                        Labels.benchmark(row.benchmark()),
                        cell.model(),
                        Long.toString(cell.score().n()),
                        Integer.toString(cell.clusters()),
                        Numbers.error(cell.independentStderr()),
                        Numbers.error(cell.clusteredStderr()),
                        Numbers.error(cell.taskStderr()),
                        Long.toString(cell.score().failed()),
                        Long.toString(cell.score().truncated())));
            }
        }
        List<Column> columns = List.of(
                left("Benchmark"),
                left("Model"),
                right("n"),
                right("Clusters"),
                right("Independent ±"),
                right("Clustered ±"),
                right("By-task ±"),
                right("Failed"),
                right("Truncated"));
        String caption = "Clusters: groups of examples that share a passage or a source. Standard errors when, within a"
                + " task, examples are independent; when only clusters are (in the table above where a cluster holds"
                + " several examples, except under protocol lm-eval); when only tasks are, as a sensitivity figure. A"
                + " failed example scores 0.";
        return new Table(caption, columns, rows, List.of());
    }

    private Table secondary() {
        Map<String, Map<MetricName, Map<String, ScoreRow>>> byMetric = new TreeMap<>();
        for (ScoreRow score : report.secondary()) {
            byMetric.computeIfAbsent(score.benchmark(), name -> new TreeMap<>())
                    .computeIfAbsent(new MetricName(score.metric(), score.filter()), name -> new TreeMap<>())
                    .put(score.model(), score);
        }
        List<Column> columns = new ArrayList<>(List.of(left("Benchmark"), left("Metric")));
        report.models().forEach(model -> columns.add(right(model)));
        List<List<String>> rows = new ArrayList<>();
        byMetric.forEach((benchmark, metrics) -> metrics.forEach((metric, scores) -> {
            List<String> cells = new ArrayList<>(List.of(Labels.benchmark(benchmark), Labels.metric(metric)));
            report.models()
                    .forEach(model -> cells.add(Optional.ofNullable(scores.get(model))
                            .map(score -> Numbers.withError(score.value(), score.stderr()))
                            .orElse(Numbers.NONE)));
            rows.add(cells);
        }));
        return new Table("Metrics that are not Table 4's, in percent ± standard error.", columns, rows, List.of());
    }

    private static Table published() {
        List<Column> columns = List.of(
                left("Benchmark"), left("Metric"), right("Shots"), right("Baseline"), right("HC"), right("mHC"));
        List<List<String>> rows = PublishedFigures.TABLE_4.stream()
                .map(row -> List.of(
                        row.label(),
                        row.metricLabel(),
                        Integer.toString(row.shots()),
                        Numbers.percent(row.baseline() / 100),
                        Numbers.percent(row.hc() / 100),
                        Numbers.percent(row.mhc() / 100)))
                .toList();
        String caption = "Published by the authors of mHC (" + PublishedFigures.SOURCE
                + ") for their 27B models, without standard errors; not measured here.";
        return new Table(caption, columns, rows, List.of());
    }
}
