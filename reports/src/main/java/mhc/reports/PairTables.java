package mhc.reports;

import static mhc.reports.Page.Column.left;
import static mhc.reports.Page.Column.right;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mhc.eval.stats.Difference;
import mhc.eval.stats.MeanDifference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.Page.Block;
import mhc.reports.Page.Column;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;
import mhc.reports.ReportOptions.Pairs;

/** What differences say: a table of each pair of models, or one matrix where there are more than four models. */
record PairTables(Report report) {
    /** With more, pairs are too many to be read one by one. */
    private static final int MOST_MODELS = 4;

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        if (report.pairs() == Pairs.NONE) {
            return blocks;
        }
        if (report.models().size() > MOST_MODELS) {
            blocks.add(new Heading("Differences"));
            blocks.add(againstBaseline());
            blocks.add(matrix());
            return blocks;
        }
        MacroMean mean = MacroMean.of(report);
        for (int i = 0; i < report.models().size(); i++) {
            for (int j = i + 1; j < report.models().size(); j++) {
                addPair(report.models().get(i), report.models().get(j), mean, blocks);
            }
        }
        return blocks;
    }

    private record Line(BenchmarkComparison row, ModelDifference pair) {}

    private List<Line> lines(String a, String b) {
        return report.rows().stream()
                .flatMap(row -> row.difference(a, b).map(pair -> new Line(row, pair)).stream())
                .toList();
    }

    /** Benchmarks down, models across. */
    private Table againstBaseline() {
        List<String> others = report.models().subList(1, report.models().size());
        List<Column> columns = new ArrayList<>(List.of(left("Benchmark")));
        others.forEach(model -> columns.add(right(model)));
        List<List<String>> rows = new ArrayList<>();
        for (BenchmarkComparison row : report.rows()) {
            List<String> cells = new ArrayList<>(List.of(Labels.benchmark(row.benchmark())));
            others.forEach(model -> cells.add(row.difference(report.baseline(), model)
                    .map(pair -> Numbers.points(pair.difference().delta()) + (pair.significant() ? "*" : ""))
                    .orElse(Numbers.NONE)));
            rows.add(cells);
        }
        String caption = "Model less " + report.baseline()
                + " in percentage points, on the same examples; * shown (Holm p < 0.05 over all tests of this table)."
                + " Intervals, tests and tasks stand in report-differences.csv and report-tasks.csv.";
        return new Table(caption, columns, rows, List.of());
    }

    /** The mean difference of each pair; below it, on how many benchmarks the row's model is shown to be better or worse. */
    private Table matrix() {
        MacroMean mean = MacroMean.of(report);
        List<Column> columns = new ArrayList<>(List.of(left("Row less column")));
        report.models().forEach(model -> columns.add(right(model)));
        List<List<String>> rows = new ArrayList<>();
        for (String row : report.models()) {
            List<String> cells = new ArrayList<>(List.of(row));
            report.models().forEach(column -> cells.add(row.equals(column) ? "" : cell(mean, row, column)));
            rows.add(cells);
        }
        String caption =
                "Difference of the means in percentage points (* p < 0.05, each pair a test of its own), and on how many"
                        + " benchmarks the row's model is shown to be better (+) and worse (-); the benchmarks of a pair are a family"
                        + " of their own, those against " + report.baseline() + " one family together.";
        return new Table(caption, columns, rows, List.of());
    }

    private String cell(MacroMean mean, String row, String column) {
        boolean forward = report.models().indexOf(row) > report.models().indexOf(column);
        String a = forward ? column : row;
        String b = forward ? row : column;
        List<Line> lines = lines(a, b);
        if (lines.isEmpty()) {
            return Numbers.NONE;
        }
        long better = count(lines, forward ? "better" : "worse");
        long worse = count(lines, forward ? "worse" : "better");
        String points = mean.difference(a, b)
                .map(d ->
                        Numbers.points(forward ? d.delta() : -d.delta()) + (d.p() < Difference.LEVEL ? "*" : "") + " ")
                .orElse("");
        return points + "(" + better + "+ " + worse + "-)";
    }

    private static long count(List<Line> lines, String verdict) {
        return lines.stream()
                .filter(line -> line.pair().verdict().equals(verdict))
                .count();
    }

    private void addPair(String a, String b, MacroMean mean, List<Block> blocks) {
        List<Line> lines = lines(a, b);
        if (report.pairs() != Pairs.ALL && !a.equals(report.baseline())) {
            return;
        }
        blocks.add(new Heading(b + " against " + a));
        if (lines.isEmpty()) {
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
                right("By-task p"),
                right("Holm p"),
                right("Won"),
                right("Lost"),
                right("Tied"),
                right("MDE"),
                left("Verdict"));
        int family = lines.get(0).pair().family();
        String which = a.equals(report.baseline())
                ? "all " + family + " tests against " + a
                : "the " + family + " tests of this pair, a family of their own";
        String caption = b + " less " + a + " in percentage points, on the same examples; won: examples on which " + b
                + " scores higher. Mid-p: less cautious than an exact p; by-task p: as if only tasks were independent; neither"
                + " decides. Holm p: corrected for " + which
                + ". MDE: smallest difference found with 80% power at Holm's first step.";
        blocks.add(new Table(
                caption, columns, lines.stream().map(PairTables::cells).toList(), footer(mean.difference(a, b))));
        addTasks(lines, blocks);
    }

    private static List<String> footer(Optional<MeanDifference> mean) {
        return mean.map(d -> List.of(
                        "Mean of " + d.benchmarks(),
                        "",
                        Numbers.points(d.delta()),
                        Numbers.interval(d.low(), d.high()),
                        "t",
                        Numbers.probability(d.p()),
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        ""))
                .orElse(List.of());
    }

    private static List<String> cells(Line line) {
        ModelDifference pair = line.pair();
        Difference d = pair.difference();
        return List.of(
                Labels.benchmark(line.row().benchmark()),
                Integer.toString(d.n()),
                Numbers.points(d.delta()),
                Numbers.interval(d.low(), d.high()),
                d.test().label(),
                Numbers.probability(d.p()),
                Numbers.probability(d.midP()),
                Numbers.probability(pair.taskP()),
                Numbers.probability(pair.holm()),
                Integer.toString(d.won()),
                Integer.toString(d.lost()),
                Integer.toString(d.tied()),
                Numbers.percent(pair.minimumDetectable()),
                pair.explained());
    }

    private static void addTasks(List<Line> lines, List<Block> blocks) {
        List<List<String>> rows = lines.stream()
                .flatMap(line -> line.pair().tasks().stream().map(task -> TaskLines.cells(line.row(), task)))
                .toList();
        if (!rows.isEmpty()) {
            blocks.add(TaskLines.table(
                    "The same by task; intervals and p of each task alone, not corrected for their number.",
                    "95% interval",
                    rows));
        }
    }
}
