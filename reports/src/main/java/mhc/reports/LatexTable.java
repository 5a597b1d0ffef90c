package mhc.reports;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import mhc.reports.BenchmarkComparison.ModelScore;

/**
 * Table 4 for one column of a two-column paper, to be read with {@code \input}: booktabs, errors as subscripts, the best
 * score of each benchmark in bold. With more than four models these are rows, without errors. A table that long names of
 * models make too wide is made smaller.
 */
final class LatexTable {
    private static final int MOST_MODELS = 4;

    private final Report report;
    private final MacroMean mean;

    private LatexTable(Report report) {
        this.report = report;
        this.mean = MacroMean.of(report);
    }

    static String write(Report report) {
        return new LatexTable(report).text();
    }

    private String text() {
        boolean upright = report.models().size() <= MOST_MODELS;
        List<List<String>> lines = upright ? benchmarksDown() : modelsDown();
        int footer = upright && mean.rows().size() > 1 ? 1 : 0;
        StringBuilder out = new StringBuilder(Latex.comment(report.title()));
        out.append("% needs \\usepackage{booktabs,graphicx}\n\\begin{table}[t]\n\\centering\n\\caption{")
                .append(Latex.escape(caption()))
                .append("}\n\\label{tab:mhc-eval}\n\\vspace{4pt}\n\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n")
                .append(
                        "\\resizebox{\\ifdim\\width>\\columnwidth\\columnwidth\\else\\width\\fi}{!}{%\n\\begin{tabular}{l")
                .append("r".repeat(lines.get(0).size() - 1))
                .append("}\n\\toprule\n")
                .append(line(lines.get(0)))
                .append("\\midrule\n");
        lines.subList(1, lines.size() - footer).forEach(cells -> out.append(line(cells)));
        if (footer > 0) {
            out.append("\\midrule\n").append(line(lines.get(lines.size() - 1)));
        }
        return out.append("\\bottomrule\n\\end{tabular}}\n\\end{table}\n").toString();
    }

    private static String line(List<String> cells) {
        return String.join(" & ", cells) + " \\\\\n";
    }

    private List<List<String>> benchmarksDown() {
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("Benchmark", "Shots"));
        report.models().forEach(model -> head.add(Latex.escape(model)));
        lines.add(head);
        for (BenchmarkComparison row : report.rows()) {
            List<String> cells = new ArrayList<>(List.of(name(row), Integer.toString(row.shots())));
            report.models().forEach(model -> cells.add(score(row, model, true)));
            lines.add(cells);
        }
        if (mean.rows().size() > 1) {
            List<String> cells =
                    new ArrayList<>(List.of("Mean of " + mean.rows().size(), ""));
            List<String> values = report.models().stream()
                    .map(model -> Numbers.percent(mean.value(model)))
                    .toList();
            for (int i = 0; i < values.size(); i++) {
                String model = report.models().get(i);
                cells.add(cell(values.get(i), isBest(values, values.get(i)), mean.stderr(model), false));
            }
            lines.add(cells);
        }
        return lines;
    }

    private List<List<String>> modelsDown() {
        List<List<String>> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("Model"));
        report.rows().forEach(row -> head.add("\\rotatebox{60}{" + name(row) + "}"));
        lines.add(head);
        for (String model : report.models()) {
            List<String> cells = new ArrayList<>(List.of(Latex.escape(model)));
            report.rows().forEach(row -> cells.add(score(row, model, false)));
            lines.add(cells);
        }
        return lines;
    }

    private static String name(BenchmarkComparison row) {
        return Latex.escape(Labels.benchmark(row.benchmark()) + " (" + Labels.metric(row.headline()) + ")");
    }

    private String score(BenchmarkComparison row, String model, boolean withError) {
        List<String> values = row.models().stream()
                .filter(cell -> !cell.failed())
                .map(cell -> Numbers.percent(cell.score().value()))
                .toList();
        boolean differs = row.differs(report.baseline(), model);
        return row.score(model)
                .map(cell -> score(cell, values, withError, differs))
                .orElse("missing");
    }

    private static String score(ModelScore cell, List<String> values, boolean withError, boolean differs) {
        if (cell.failed()) {
            return "failed";
        }
        String value = Numbers.percent(cell.score().value());
        return cell(value, isBest(values, value), withError ? cell.score().stderr() : Double.NaN, differs);
    }

    /** As printed: what cannot be told apart in the table is best together. */
    private static boolean isBest(List<String> values, String value) {
        return values.size() > 1
                && Double.parseDouble(value)
                        == Collections.max(values.stream().map(Double::valueOf).toList());
    }

    private static String cell(String value, boolean best, double stderr, boolean differs) {
        return "$" + (best ? "\\mathbf{" + value + "}" : value)
                + (Double.isNaN(stderr) ? "" : "_{\\pm " + Numbers.percent(stderr) + "}")
                + (differs ? "^{*}" : "") + "$";
    }

    private String caption() {
        String notes = report.notes().stream().map(note -> "; " + note).collect(Collectors.joining());
        String excess = report.excess().stream()
                .map(failures -> " Not sound: " + failures.sentence() + ".")
                .collect(Collectors.joining());
        String prompts = report.prompts().stream()
                .map(difference -> " Not asked alike: " + difference.sentence() + ".")
                .collect(Collectors.joining());
        int tests = report.testsAgainstBaseline();
        String stars = tests == 0
                ? ""
                : " Bold: best of a benchmark. Star: differs from " + report.baseline() + " (Holm p < 0.05 over "
                        + tests + " tests).";
        return "Scores in percent" + (report.models().size() > MOST_MODELS ? "" : " with standard errors")
                + ", protocol " + report.protocol() + notes + "." + stars + excess + prompts;
    }
}
