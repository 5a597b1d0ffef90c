package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.ArrayList;
import java.util.List;
import mhc.reports.Page.Block;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/**
 * One HTML page that opens from a disk, in the reader's light or dark colours: the verdict first, then the scores, the
 * samples, and the details. Charts are plain SVG; only the samples need the page's script. Texts that are not this project's
 * are never markup.
 */
final class HtmlWriter {
    private final StringBuilder out = new StringBuilder();
    private final List<String> contents = new ArrayList<>();

    private HtmlWriter() {}

    static String write(Report report, Page page, SampleIndex samples, Supplements supplements) {
        return new HtmlWriter().page(report, page, samples, supplements);
    }

    private String page(Report report, Page page, SampleIndex samples, Supplements supplements) {
        if (report.models().size() > 1) {
            section("Verdict");
            report.models().stream().skip(1).forEach(model -> out.append(new VerdictTable(report, model).html()));
        }
        section("Scores");
        boolean opening = true;
        for (Block block : page.blocks()) {
            if (opening && block instanceof Heading) {
                charts(report, supplements, samples);
                opening = false;
            }
            write(block);
        }
        String title = escape(page.title());
        String style = Html.resource("report.css");
        String script = samples.data().isEmpty() ? "" : Html.script();
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + new ContentPolicy(style, script).html()
                + "<title>" + title + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n"
                + "<a class=\"skip\" href=\"#s1\">To the report</a>\n<header><h1>" + title + "</h1>\n" + contents()
                + "</header>\n<main>\n" + out + "</main>\n" + data(samples, script) + "</body>\n</html>\n";
    }

    private String contents() {
        StringBuilder links = new StringBuilder("<nav aria-label=\"Contents\"><ul class=\"toc\">\n");
        for (int i = 0; i < contents.size(); i++) {
            links.append("<li><a href=\"#s" + (i + 1) + "\">" + escape(contents.get(i)) + "</a></li>\n");
        }
        return links.append("</ul></nav>").toString();
    }

    private void section(String title) {
        contents.add(title);
        out.append("<h2 id=\"s" + contents.size() + "\">").append(escape(title)).append("</h2>\n");
    }

    private void charts(Report report, Supplements supplements, SampleIndex samples) {
        out.append("<h3>Scores as bars</h3>\n").append(new ScoreBars(report).html());
        String tasks = TaskForest.all(report);
        if (!tasks.isEmpty()) {
            section("Differences by sub-task");
            out.append(tasks);
        }
        if (!samples.data().isEmpty()) {
            section("Samples");
            out.append("<p>Every example with the answers of all models; words that differ between the two chosen"
                    + " models are marked.</p>\n<noscript><p>The samples need JavaScript.</p></noscript>\n"
                    + "<section id=\"samples\" aria-label=\"Samples\" aria-busy=\"true\"></section>\n");
        }
        if (!samples.absent().isEmpty()) {
            section("Samples");
            out.append("<p>").append(escape(samples.absent())).append("</p>\n");
        }
        if (!supplements.gains().isEmpty()) {
            section("Stability");
            out.append(SupplementPanels.stability(supplements.gains()))
                    .append("<details><summary>All sites</summary>\n")
                    .append(new HtmlTable(SupplementPanels.gains(supplements.gains())).html())
                    .append("</details>\n");
        }
        if (!supplements.curves().isEmpty()) {
            section("Training");
            out.append(SupplementPanels.training(supplements.curves()));
        }
    }

    /** Base64 alone, which cannot close an element. */
    private static String data(SampleIndex samples, String script) {
        if (samples.data().isEmpty()) {
            return "";
        }
        StringBuilder data = new StringBuilder();
        samples.embedded().forEach((name, chunk) -> data.append("<script type=\"text/plain\" data-chunk=\"")
                .append(escape(name))
                .append("\">")
                .append(chunk)
                .append("</script>\n"));
        return data + "<script type=\"text/plain\" id=\"sample-index\">" + samples.data() + "</script>\n<script>"
                + script + "</script>\n";
    }

    private void write(Block block) {
        if (block instanceof Heading heading) {
            section(heading.text());
        } else if (block instanceof Text text) {
            out.append("<p>").append(escape(text.text())).append("</p>\n");
        } else if (block instanceof Table table) {
            out.append(new HtmlTable(table).html());
        }
    }
}
