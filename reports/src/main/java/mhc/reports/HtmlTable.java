package mhc.reports;

import static mhc.reports.Html.escape;

import java.util.List;
import mhc.reports.Page.Align;
import mhc.reports.Page.Column;
import mhc.reports.Page.Table;

/** A table that a narrow screen shows as a list of rows, each cell with the name of its column. */
record HtmlTable(Table table) {
    private static final String UNBROKEN = "\u00a0±\u00a0";

    String html() {
        StringBuilder out = new StringBuilder(
                        Html.scroll("Table of " + table.columns().get(0).name()))
                .append("<table class=\"stack\">\n<caption>")
                .append(escape(table.caption()))
                .append("</caption>\n<thead><tr>");
        table.columns().forEach(column -> out.append("<th scope=\"col\"")
                .append(column.align() == Align.RIGHT ? " class=\"r\">" : ">")
                .append(escape(column.name()))
                .append("</th>"));
        out.append("</tr></thead>\n").append(body(table.rows()));
        if (!table.footer().isEmpty()) {
            out.append(body(List.of(table.footer())));
        }
        return out.append("</table></div>\n").toString();
    }

    private String body(List<List<String>> rows) {
        StringBuilder out = new StringBuilder("<tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr><th scope=\"row\">").append(escape(row.get(0))).append("</th>");
            for (int i = 1; i < row.size(); i++) {
                Column column = table.columns().get(i);
                out.append(column.align() == Align.RIGHT ? "<td class=\"r\"" : "<td")
                        .append(" data-label=\"" + escape(column.name()) + "\">")
                        .append(escape(row.get(i)).replace(" ± ", UNBROKEN))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody>\n").toString();
    }
}
