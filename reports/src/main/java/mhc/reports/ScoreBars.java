package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.Locale;
import java.util.Optional;
import mhc.reports.BenchmarkComparison.ModelScore;

/** Scores as bars from 0 to 100 with one standard error to both sides, a small chart for each benchmark. */
record ScoreBars(Report report) {
    private static final double HEIGHT = 16;
    private static final double MIDDLE = HEIGHT / 2;

    String html() {
        StringBuilder out = new StringBuilder("<p>Bars from 0 to 100, with one standard error to both sides;"
                + " the dashed line is chance.</p>\n<div class=\"charts\">\n");
        report.rows().forEach(row -> out.append(chart(row)));
        return out.append("</div>\n").toString();
    }

    private String chart(BenchmarkComparison row) {
        Double chance = report.chances().get(row.benchmark());
        StringBuilder out = new StringBuilder("<section class=\"bars\"><h4>")
                .append(escape(Labels.benchmark(row.benchmark())))
                .append(" <span class=\"none\">")
                .append(escape(Labels.metric(row.headline())))
                .append(chance == null ? "" : ", chance " + Numbers.percent(chance))
                .append("</span></h4>\n<ul>\n");
        for (String model : report.models()) {
            Optional<ModelScore> cell = row.score(model);
            out.append("<li><span class=\"who\">")
                    .append(escape(model))
                    .append("</span>")
                    .append(cell.filter(score -> !score.failed())
                            .map(score -> bar(score, chance))
                            .orElse("<span></span>"))
                    .append("<span class=\"value\">")
                    .append(escape(cell.map(ScoreBars::value).orElse("missing")))
                    .append("</span></li>\n");
        }
        return out.append("</ul></section>\n").toString();
    }

    private static String value(ModelScore cell) {
        return cell.failed()
                ? "failed"
                : Numbers.withError(cell.score().value(), cell.score().stderr());
    }

    /** Stretched to the width that there is: a line keeps its strength, and no text stands in it. */
    private static String bar(ModelScore cell, Double chance) {
        double value = 100 * cell.score().value();
        double error =
                Double.isNaN(cell.score().stderr()) ? 0 : 100 * cell.score().stderr();
        String bar = String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 100 %.0f\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                        + "<rect class=\"axis\" width=\"100\" height=\"%1$.0f\"/>"
                        + "<rect class=\"bar\" y=\"3\" width=\"%2$.2f\" height=\"%3$.0f\"/>"
                        + "<line class=\"whisker\" x1=\"%4$.2f\" x2=\"%5$.2f\" y1=\"%6$.0f\" y2=\"%6$.0f\"/>",
                HEIGHT,
                value,
                HEIGHT - 6,
                Math.max(0, value - error),
                Math.min(100, value + error),
                MIDDLE);
        String line = chance == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "<line class=\"zero\" x1=\"%1$.2f\" x2=\"%1$.2f\" y1=\"0\" y2=\"%2$.0f\"/>",
                        100 * chance,
                        HEIGHT);
        return bar + line + "</svg>";
    }
}
