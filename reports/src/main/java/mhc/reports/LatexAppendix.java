package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.Page.Align;
import mhc.reports.Page.Column;
import mhc.reports.Page.Table;

/** Everything that Table 4 does not say, as long tables of an appendix of one column, to be read with {@code \input}. */
final class LatexAppendix {
    private final Report report;
    private final MacroMean mean;
    private final StringBuilder out = new StringBuilder();

    private LatexAppendix(Report report) {
        this.report = report;
        this.mean = MacroMean.of(report);
    }

    static String write(Report report) {
        return new LatexAppendix(report).text();
    }

    private String text() {
        out.append(Latex.comment(report.title())).append("% needs \\usepackage{booktabs,longtable}; one column\n");
        report.remarks().forEach(remark -> out.append(Latex.escape(remark)).append("\n\n"));
        out.append("\\begingroup\n\\scriptsize\n\\setlength{\\tabcolsep}{3pt}\n");
        write(scores());
        for (String a : report.models()) {
            for (String b : report.models()) {
                differences(a, b);
            }
        }
        write(models());
        return out.append("\\endgroup\n").toString();
    }

    private Table scores() {
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            Double chance = report.chances().get(row.benchmark());
            row.models()
                    .forEach(cell -> rows.add(List.of(
                            Labels.benchmark(row.benchmark()),
                            Labels.metric(row.headline()),
                            cell.model(),
                            Long.toString(cell.score().n()),
                            Integer.toString(cell.clusters()),
                            chance == null ? Numbers.NONE : Numbers.percent(chance),
                            cell.failed()
                                    ? "failed"
                                    : Numbers.percent(cell.score().value()),
                            Numbers.error(cell.score().stderr()),
                            Long.toString(cell.score().failed()),
                            Long.toString(cell.unanswered()))));
        }
        return new Table(
                "Scores and standard errors in percent. Failed, no answer: examples.",
                List.of(
                        left("Benchmark"),
                        left("Metric"),
                        left("Model"),
                        right("n"),
                        right("Clusters"),
                        right("Chance"),
                        right("Score"),
                        right("Error"),
                        right("Failed"),
                        right("No answer")),
                rows,
                List.of());
    }

    private void differences(String a, String b) {
        List<List<String>> rows = new ArrayList<>();
        List<List<String>> tasks = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            row.difference(a, b).ifPresent(pair -> {
                rows.add(difference(row, pair));
                pair.tasks().forEach(task -> tasks.add(TaskLines.cells(row, task)));
            });
        }
        if (rows.isEmpty()) {
            return;
        }
        write(new Table(
                b + " less " + a
                        + " in percentage points, on the same examples, with 95% intervals; Holm p: corrected for "
                        + family(a, b) + " tests; MDE: found with 80% power at Holm's first step.",
                List.of(
                        left("Benchmark"),
                        right("n"),
                        right("Difference"),
                        right("Interval"),
                        right("p"),
                        right("By-task p"),
                        right("Holm p"),
                        right("Won"),
                        right("Lost"),
                        right("MDE")),
                rows,
                mean(a, b)));
        if (!tasks.isEmpty()) {
            write(TaskLines.table(
                    b + " less " + a + " by task, not corrected for the number of tasks.", "Interval", tasks));
        }
    }

    private int family(String a, String b) {
        return report.rows().stream()
                .flatMap(row -> row.difference(a, b).stream())
                .mapToInt(ModelDifference::family)
                .findFirst()
                .orElse(0);
    }

    private List<String> mean(String a, String b) {
        return mean.difference(a, b)
                .map(d -> List.of(
                        "Mean of " + d.benchmarks(),
                        "",
                        Numbers.points(d.delta()),
                        Numbers.interval(d.low(), d.high()),
                        Numbers.probability(d.p()),
                        "",
                        "",
                        "",
                        "",
                        ""))
                .orElse(List.of());
    }

    private static List<String> difference(BenchmarkComparison row, ModelDifference pair) {
        Difference d = pair.difference();
        return List.of(
                Labels.benchmark(row.benchmark()),
                Integer.toString(d.n()),
                Numbers.points(d.delta()) + (pair.significant() ? "*" : ""),
                Numbers.interval(d.low(), d.high()),
                Numbers.probability(d.p()),
                Numbers.probability(pair.taskP()),
                Numbers.probability(pair.holm()),
                Integer.toString(d.won()),
                Integer.toString(d.lost()),
                Numbers.percent(pair.minimumDetectable()));
    }

    private Table models() {
        List<List<String>> rows = report.provenance().stream()
                .map(each -> List.of(
                        each.model(),
                        each.run(),
                        each.facts().residual(),
                        Long.toString(each.facts().parameters()),
                        each.facts().shortFingerprint()))
                .toList();
        return new Table(
                "Models and the runs that evaluated them.",
                List.of(left("Model"), left("Run"), left("Residual"), right("Parameters"), left("Fingerprint")),
                rows,
                List.of());
    }

    private void write(Table table) {
        String head = line(table.columns().stream().map(Column::name).toList());
        out.append("\\begin{longtable}{");
        table.columns().forEach(column -> out.append(column.align() == Align.RIGHT ? 'r' : 'l'));
        out.append("}\n\\caption{").append(Latex.escape(table.caption())).append("}\\\\\n\\toprule\n");
        out.append(head).append("\\midrule\n\\endfirsthead\n\\toprule\n").append(head);
        out.append("\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n");
        table.rows().forEach(row -> out.append(line(row)));
        if (!table.footer().isEmpty()) {
            out.append("\\midrule\n").append(line(table.footer()));
        }
        out.append("\\end{longtable}\n");
    }

    private static String line(List<String> cells) {
        return cells.stream().map(LatexAppendix::cell).collect(Collectors.joining(" & ", "", " \\\\\n"));
    }

    /** A cell may open with a bracket, which after a row's end LaTeX would take for a length. */
    private static String cell(String text) {
        return text.startsWith("[") ? "{}" + Latex.escape(text) : Latex.escape(text);
    }
}
