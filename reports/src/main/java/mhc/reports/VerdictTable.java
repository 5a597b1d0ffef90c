package mhc.reports;

import static mhc.reports.Html.escape;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;

/** What the differences of one model from the baseline say: a forest plot whose rows are rows of a table. */
record VerdictTable(Report report, String model) {
    private record Line(BenchmarkComparison row, ModelDifference pair) {}

    private List<Line> lines() {
        return report.rows().stream()
                .flatMap(row -> row.difference(report.baseline(), model).map(pair -> new Line(row, pair)).stream())
                .toList();
    }

    String html() {
        List<Line> lines = lines();
        StringBuilder out = new StringBuilder();
        out.append("<h3>")
                .append(escape(model + " against " + report.baseline()))
                .append("</h3>\n");
        if (lines.isEmpty()) {
            return out.append("<p>No example in common.</p>\n").toString();
        }
        double reach = lines.stream()
                .mapToDouble(line -> IntervalPlot.reach(line.pair().difference()))
                .max()
                .orElseThrow();
        out.append("<p>").append(escape(sentence(lines))).append("</p>\n");
        out.append(Html.scroll("Differences of " + model))
                .append("<table class=\"verdicts stack\">\n<caption>")
                .append(escape("Differences in percentage points with 95% intervals, between "
                        + Numbers.points(-reach) + " and " + Numbers.points(reach)
                        + "; the dashed line is no difference."))
                .append("</caption>\n<thead><tr><th scope=\"col\">Benchmark</th><th scope=\"col\">Interval</th>")
                .append("<th scope=\"col\" class=\"r\">Difference</th><th scope=\"col\">Verdict</th>")
                .append("<th scope=\"col\">Examples</th></tr></thead>\n<tbody>\n");
        lines.forEach(line -> out.append(row(line, reach)));
        return out.append("</tbody>\n</table></div>\n").toString();
    }

    private String sentence(List<Line> lines) {
        List<String> better = names(lines, "better");
        List<String> worse = names(lines, "worse");
        StringBuilder text = new StringBuilder(model);
        if (better.isEmpty() && worse.isEmpty()) {
            return text.append(" is shown to differ on none of " + lines.size() + " benchmarks.")
                    .toString();
        }
        if (!better.isEmpty()) {
            text.append(" is better on ").append(String.join(", ", better));
        }
        if (!worse.isEmpty()) {
            text.append(better.isEmpty() ? " is" : " and").append(" worse on ").append(String.join(", ", worse));
        }
        int open = lines.size() - better.size() - worse.size();
        return text.append(open == 0 ? "." : "; on the other " + open + " no difference is shown.")
                .toString();
    }

    private static List<String> names(List<Line> lines, String verdict) {
        return lines.stream()
                .filter(line -> line.pair().verdict().equals(verdict))
                .map(line -> Labels.benchmark(line.row().benchmark()))
                .toList();
    }

    private String row(Line line, double reach) {
        Difference d = line.pair().difference();
        String kind =
                switch (line.pair().verdict()) {
                    case "better" -> "good";
                    case "worse" -> "bad";
                    default -> "none";
                };
        String interval = "[" + Numbers.points(d.low()) + ", " + Numbers.points(d.high()) + "]";
        return "<tr><th scope=\"row\">" + escape(Labels.benchmark(line.row().benchmark())) + "</th>"
                + "<td class=\"plot " + kind + "\">" + IntervalPlot.svg(d, reach) + "</td>"
                + "<td class=\"r\" data-label=\"Difference\">" + Numbers.points(d.delta()) + " " + interval + "</td>"
                + "<td class=\"" + kind + "\" data-label=\"Verdict\">"
                + escape(line.pair().explained()) + "</td>"
                + "<td data-label=\"Examples\">" + examples(line, "won", d.won()) + ", "
                + examples(line, "lost", d.lost()) + "</td></tr>\n";
    }

    /** A link into the samples. */
    private String examples(Line line, String view, int count) {
        return "<span><a href=\"#b=" + encoded(line.row().benchmark()) + "&amp;x=" + encoded(report.baseline())
                + "&amp;y=" + encoded(model) + "&amp;view=" + view + "\">" + count + " " + view + "</a></span>";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
