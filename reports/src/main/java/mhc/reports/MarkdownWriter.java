package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import mhc.reports.Page.Align;
import mhc.reports.Page.Block;
import mhc.reports.Page.Column;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/** GitHub Markdown whose tables are aligned for a terminal too. */
final class MarkdownWriter {
    private MarkdownWriter() {}

    static String write(Page page) {
        StringBuilder out = new StringBuilder("# " + escape(page.title()) + "\n");
        for (Block block : page.blocks()) {
            out.append('\n');
            if (block instanceof Heading heading) {
                out.append("## ").append(escape(heading.text())).append('\n');
            } else if (block instanceof Text text) {
                out.append(escape(text.text())).append('\n');
            } else if (block instanceof Table table) {
                out.append(escape(table.caption())).append("\n\n");
                write(table, out);
            }
        }
        return out.toString();
    }

    private static void write(Table table, StringBuilder out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(escape(table.columns().stream().map(Column::name).toList()));
        table.body().forEach(row -> lines.add(escape(row)));
        int[] widths = new int[table.columns().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(Math.max(3, widths[i]), width(line.get(i)));
            }
        }
        writeLine(table, lines.get(0), widths, out);
        for (int i = 0; i < widths.length; i++) {
            boolean right = table.columns().get(i).align() == Align.RIGHT;
            out.append(right ? "| " : "| :").append("-".repeat(widths[i] - 1)).append(right ? ": " : " ");
        }
        out.append("|\n");
        lines.subList(1, lines.size()).forEach(line -> writeLine(table, line, widths, out));
    }

    private static void writeLine(Table table, List<String> cells, int[] widths, StringBuilder out) {
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - width(cells.get(i)));
            boolean right = table.columns().get(i).align() == Align.RIGHT;
            out.append("| ")
                    .append(right ? padding + cells.get(i) : cells.get(i) + padding)
                    .append(' ');
        }
        out.append("|\n");
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    private static List<String> escape(List<String> cells) {
        return cells.stream().map(MarkdownWriter::escape).toList();
    }

    /** Escapes what would change the meaning in running text; an underscore inside a word, or 0.6*, does not. */
    private static String escape(String text) {
        return text.replaceAll("[\\\\`|]|<(?=[A-Za-z/!?])|\\*(?=\\S)|](?=[(\\[])|(?<!\\w)_|_(?!\\w)", "\\\\$0");
    }
}
