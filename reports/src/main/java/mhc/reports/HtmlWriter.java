package mhc.reports;

import java.util.List;
import mhc.reports.Page.Align;
import mhc.reports.Page.Block;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/** One HTML page that needs nothing but itself, in the reader's light or dark colours. */
final class HtmlWriter {
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #8886; --soft: #8882; --quiet: #777; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
            .scroll { overflow-x: auto; margin: 1rem 0; }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
            caption { text-align: left; padding-bottom: .4rem; color: var(--quiet); }
            th, td { padding: .25rem .7rem; text-align: left; white-space: nowrap; }
            th.r, td.r { text-align: right; }
            thead th { border-bottom: 2px solid var(--line); }
            tbody tr:nth-child(even) { background: var(--soft); }
            tbody + tbody td, tbody:last-child tr:last-child td { border-bottom: 1px solid var(--line); }
            tbody + tbody td { border-top: 1px solid var(--line); font-weight: 600; }
            """;

    private HtmlWriter() {}

    static String write(Page page) {
        String title = escape(page.title());
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>" + title + "</title>\n<style>\n" + STYLE + "</style>\n</head>\n<body>\n")
                .append("<h1>" + title + "</h1>\n");
        for (Block block : page.blocks()) {
            if (block instanceof Heading heading) {
                out.append("<h2>").append(escape(heading.text())).append("</h2>\n");
            } else if (block instanceof Text text) {
                out.append("<p>").append(escape(text.text())).append("</p>\n");
            } else if (block instanceof Table table) {
                write(table, out);
            }
        }
        return out.append("</body>\n</html>\n").toString();
    }

    private static void write(Table table, StringBuilder out) {
        out.append("<div class=\"scroll\"><table>\n<caption>").append(escape(table.caption()));
        out.append("</caption>\n<thead><tr>");
        table.columns().forEach(column -> out.append(column.align() == Align.RIGHT ? "<th class=\"r\">" : "<th>")
                .append(escape(column.name()))
                .append("</th>"));
        out.append("</tr></thead>\n");
        write(table, table.rows(), out);
        if (!table.footer().isEmpty()) {
            write(table, List.of(table.footer()), out);
        }
        out.append("</table></div>\n");
    }

    private static void write(Table table, List<List<String>> rows, StringBuilder out) {
        out.append("<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                boolean right = table.columns().get(i).align() == Align.RIGHT;
                out.append(right ? "<td class=\"r\">" : "<td>")
                        .append(escape(row.get(i)))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
