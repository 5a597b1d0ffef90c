package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
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
        header();
        blocks.add(table4());
        if (!report.chances().isEmpty()) {
            blocks.add(new Text(aboveChance()));
        }
        report.remarks().forEach(remark -> blocks.add(new Text(remark)));
        blocks.addAll(new PairTables(report).blocks());
        blocks.add(new Heading("Examples"));
        blocks.add(examples());
        if (!report.secondary().isEmpty()) {
            blocks.add(new Heading("Other metrics"));
            blocks.add(secondary());
        }
        blocks.add(new Heading("Models"));
        blocks.add(models());
        blocks.add(new Heading("The paper's figures, for reference"));
        blocks.add(published());
        return new Page(report.title(), blocks);
    }

    /** What all models share, as far as their runs say. */
    private void header() {
        List<String> facts = new ArrayList<>();
        addFact(facts, "mhc-eval ", each -> each.facts().build());
        addFact(facts, "device ", each -> each.facts().device());
        addFact(facts, "", each -> each.facts().dtype());
        addFact(facts, "kernels ", each -> String.join(", ", each.kernels()));
        if (!facts.isEmpty()) {
            blocks.add(new Text("Evaluated with " + String.join("; ", facts) + "."));
        }
    }

    private void addFact(List<String> facts, String label, Function<Provenance, String> property) {
        String values = report.provenance().stream()
                .map(property)
                .filter(value -> !value.isEmpty())
                .distinct()
                .collect(Collectors.joining(" / "));
        if (!values.isEmpty()) {
            facts.add(label + values);
        }
    }

    private Table table4() {
        List<Column> columns = new ArrayList<>(List.of(left("Benchmark"), left("Metric"), right("Shots"), right("n")));
        boolean withChance = !report.chances().isEmpty();
        if (withChance) {
            columns.add(right("Chance"));
        }
        report.models().forEach(model -> columns.add(right(model)));
        boolean withOffsets =
                !OffsetSpread.all(report.rows(), report.secondary()).isEmpty();
        if (withOffsets) {
            columns.add(right("Spread"));
        }
        columns.addAll(List.of(right("Failed"), right("No answer %"), right("Truncated")));
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            List<String> cells = new ArrayList<>(List.of(
                    Labels.benchmark(row.benchmark()),
                    Labels.metric(row.headline()),
                    Integer.toString(row.shots()),
                    n(row)));
            if (withChance) {
                Double chance = report.chances().get(row.benchmark());
                cells.add(chance == null ? Numbers.NONE : Numbers.percent(chance));
            }
            report.models().forEach(model -> cells.add(score(row, model)));
            if (withOffsets) {
                cells.add(counts(
                        row, cell -> OffsetSpread.of(report.secondary(), row.benchmark(), cell.model(), row.headline())
                                .map(offsets -> Numbers.percent(offsets.spread()))
                                .orElse(Numbers.NONE)));
            }
            cells.add(counts(row, cell -> Long.toString(cell.score().failed())));
            cells.add(counts(
                    row,
                    cell -> Numbers.percent(
                            (double) cell.unanswered() / cell.score().n())));
            cells.add(counts(row, cell -> Long.toString(cell.score().truncated())));
            rows.add(cells);
        }
        return new Table(caption(), columns, rows, macroMean());
    }

    /** Examples common to all; and those of each model, where they are others. */
    private String n(BenchmarkComparison row) {
        boolean even = row.models().stream().allMatch(cell -> cell.asked() == row.n());
        boolean alike =
                report.prompts().stream().noneMatch(each -> each.benchmark().equals(row.benchmark()));
        return row.n()
                + (even ? "" : " (" + counts(row, cell -> Long.toString(cell.asked())) + ")")
                + (alike ? "" : " †");
    }

    private String caption() {
        StringBuilder caption = new StringBuilder("Scores in percent ± standard error, protocol " + report.protocol());
        report.notes().forEach(note -> caption.append("; ").append(note));
        caption.append(".");
        report.excess().forEach(failures -> caption.append(" Not sound: ")
                .append(failures.sentence())
                .append('.'));
        int tests = report.testsAgainstBaseline();
        if (tests > 0) {
            caption.append(" * differs from ")
                    .append(report.baseline())
                    .append(" (Holm p < 0.05, family of ")
                    .append(tests)
                    .append(" against it); of the others no difference is shown.");
        }
        caption.append(" Failed, no answer, truncated: examples of ")
                .append(String.join(" / ", report.models()))
                .append("; no answer: generated texts from which none was taken.");
        if (!report.prompts().isEmpty()) {
            caption.append(" † not asked alike.");
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
        boolean differs = row.differs(report.baseline(), model);
        return row.score(model)
                .map(cell -> cell.failed()
                        ? "failed"
                        : Numbers.withError(cell.score().value(), cell.score().stderr()) + (differs ? "*" : ""))
                .orElse("missing");
    }

    private String counts(BenchmarkComparison row, Function<ModelScore, String> count) {
        return report.models().stream()
                .map(model -> row.score(model).map(count).orElse(Numbers.NONE))
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
        if (!OffsetSpread.all(report.rows(), report.secondary()).isEmpty()) {
            cells.add("");
        }
        cells.addAll(List.of("", "", ""));
        return cells;
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

    private Table models() {
        List<List<String>> rows = report.provenance().stream()
                .map(each -> List.of(
                        each.model(),
                        text(each.run()),
                        text(each.facts().residual()),
                        each.facts().parameters() == 0
                                ? Numbers.NONE
                                : Long.toString(each.facts().parameters()),
                        text(each.facts().shortFingerprint()),
                        Double.isNaN(each.tokensPerSecond())
                                ? Numbers.NONE
                                : Long.toString(Math.round(each.tokensPerSecond())),
                        Double.isNaN(each.saved()) ? Numbers.NONE : Numbers.percent(each.saved()),
                        each.facts().hours() == 0
                                ? Numbers.NONE
                                : String.format(
                                        Locale.ROOT, "%.3f", each.facts().hours())))
                .toList();
        List<Column> columns = List.of(
                left("Model"),
                left("Run"),
                left("Residual"),
                right("Parameters"),
                left("Fingerprint"),
                right("Tokens/s"),
                right("Saved %"),
                right("Hours"));
        String caption =
                "Tokens/s: read and written, over the time of tokenising, prefill and decoding. Saved: prompt tokens"
                        + " whose keys and values another prompt had computed. Hours: of a device, loading included.";
        return new Table(caption, columns, rows, List.of());
    }

    private static String text(String fact) {
        return fact.isEmpty() ? Numbers.NONE : fact;
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
