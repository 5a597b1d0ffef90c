package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.ArrayList;
import java.util.List;
import mhc.reports.Page.Align;
import mhc.reports.Page.Block;
import mhc.reports.Page.Column;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/**
 * One HTML page that opens from a disk, in the reader's light or dark colours: the verdict first, then the scores, the
 * samples, and the details. Only the samples need its script; texts that are not this project's are never markup.
 */
final class HtmlWriter {
    /** Only what comes with the page: its own style and script, and the samples' files beside it. */
    private static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline' file:";

    private final StringBuilder out = new StringBuilder();
    private final List<String> contents = new ArrayList<>();

    private HtmlWriter() {}

    static String write(Report report, Page page, SampleIndex samples) {
        return new HtmlWriter().page(report, page, samples);
    }

    private String page(Report report, Page page, SampleIndex samples) {
        if (report.models().size() > 1) {
            section("Verdict");
            report.models().stream().skip(1).forEach(model -> out.append(new VerdictTable(report, model).html()));
        }
        section("Scores");
        boolean opening = true;
        for (Block block : page.blocks()) {
            if (opening && block instanceof Heading) {
                samples(samples);
                opening = false;
            }
            write(block);
        }
        String body = out.toString();
        String title = escape(page.title());
        out.setLength(0);
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"" + POLICY + "\">\n")
                .append("<title>" + title + "</title>\n<style>\n" + Html.resource("report.css"))
                .append("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#s1\">To the report</a>\n")
                .append("<header><h1>" + title + "</h1>\n<nav aria-label=\"Contents\"><ul class=\"toc\">\n");
        for (int i = 0; i < contents.size(); i++) {
            out.append("<li><a href=\"#s" + (i + 1) + "\">" + escape(contents.get(i)) + "</a></li>\n");
        }
        out.append("</ul></nav></header>\n<main>\n").append(body).append("</main>\n");
        data(samples);
        return out.append("</body>\n</html>\n").toString();
    }

    private void section(String title) {
        contents.add(title);
        out.append("<h2 id=\"s" + contents.size() + "\">").append(escape(title)).append("</h2>\n");
    }

    private void samples(SampleIndex samples) {
        if (!samples.data().isEmpty()) {
            section("Samples");
            out.append("<p>Every example with the answers of all models; words that differ between the two chosen"
                    + " models are marked.</p>\n<noscript><p>The samples need JavaScript.</p></noscript>\n"
                    + "<section id=\"samples\" aria-label=\"Samples\"></section>\n");
        }
    }

    /** Base64 alone, which cannot close an element. */
    private void data(SampleIndex samples) {
        if (samples.data().isEmpty()) {
            return;
        }
        samples.embedded().forEach((name, data) -> out.append("<script type=\"text/plain\" data-chunk=\"")
                .append(escape(name))
                .append("\">")
                .append(data)
                .append("</script>\n"));
        out.append("<script type=\"text/plain\" id=\"sample-index\">" + samples.data() + "</script>\n<script>\n"
                + Html.resource("samples.js") + "</script>\n");
    }

    private void write(Block block) {
        if (block instanceof Heading heading) {
            section(heading.text());
        } else if (block instanceof Text text) {
            out.append("<p>").append(escape(text.text())).append("</p>\n");
        } else if (block instanceof Table table) {
            write(table);
        }
    }

    private void write(Table table) {
        out.append("<div class=\"scroll\"><table class=\"stack\">\n<caption>").append(escape(table.caption()));
        out.append("</caption>\n<thead><tr>");
        table.columns().forEach(column -> out.append("<th scope=\"col\"")
                .append(column.align() == Align.RIGHT ? " class=\"r\">" : ">")
                .append(escape(column.name()))
                .append("</th>"));
        out.append("</tr></thead>\n");
        write(table, table.rows());
        if (!table.footer().isEmpty()) {
            write(table, List.of(table.footer()));
        }
        out.append("</table></div>\n");
    }

    private void write(Table table, List<List<String>> rows) {
        out.append("<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr><th scope=\"row\">").append(escape(row.get(0))).append("</th>");
            for (int i = 1; i < row.size(); i++) {
                Column column = table.columns().get(i);
                out.append(column.align() == Align.RIGHT ? "<td class=\"r\"" : "<td")
                        .append(" data-label=\"" + escape(column.name()) + "\">")
                        .append(escape(row.get(i)))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n");
    }
}
