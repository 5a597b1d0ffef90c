package mhc.reports;

import java.util.List;
import java.util.stream.Collectors;
import mhc.reports.Page.Align;
import mhc.reports.Page.Block;
import mhc.reports.Page.Column;
import mhc.reports.Page.Heading;
import mhc.reports.Page.Table;
import mhc.reports.Page.Text;

/** A LaTeX fragment to be read with {@code \input}; it needs the package booktabs. */
final class LatexWriter {
    private LatexWriter() {}

    static String write(Page page) {
        StringBuilder out = new StringBuilder("% " + comment(page.title()) + "\n% needs \\usepackage{booktabs}\n");
        for (Block block : page.blocks()) {
            out.append('\n');
            if (block instanceof Heading heading) {
                out.append("\\subsection*{").append(escape(heading.text())).append("}\n");
            } else if (block instanceof Text text) {
                out.append(escape(text.text())).append("\n");
            } else if (block instanceof Table table) {
                write(table, out);
            }
        }
        return out.toString();
    }

    private static void write(Table table, StringBuilder out) {
        out.append("\\begin{table}[ht]\n\\centering\n\\caption{").append(escape(table.caption()));
        out.append("}\n\\begin{tabular}{");
        table.columns().forEach(column -> out.append(column.align() == Align.RIGHT ? 'r' : 'l'));
        out.append("}\n\\toprule\n");
        out.append(line(table.columns().stream().map(Column::name).toList()));
        out.append("\\midrule\n");
        table.rows().forEach(row -> out.append(line(row)));
        if (!table.footer().isEmpty()) {
            out.append("\\midrule\n").append(line(table.footer()));
        }
        out.append("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    }

    private static String line(List<String> cells) {
        return cells.stream().map(LatexWriter::cell).collect(Collectors.joining(" & ", "", " \\\\\n"));
    }

    /** A cell may open with a bracket, which after a row's end LaTeX would take for a length. */
    private static String cell(String text) {
        return text.startsWith("[") ? "{}" + escape(text) : escape(text);
    }

    private static String comment(String text) {
        return text.replaceAll("\\R", " ");
    }

    private static String escape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&', '%', '$', '#', '_', '{', '}' -> out.append('\\').append(c);
                case '\\' -> out.append("\\textbackslash{}");
                case '~' -> out.append("\\textasciitilde{}");
                case '^' -> out.append("\\textasciicircum{}");
                case '<', '>' -> out.append('$').append(c).append('$');
                case '±' -> out.append("$\\pm$");
                case '*' -> out.append("$^{*}$");
                case '-' -> out.append(isSign(text, i) ? "$-$" : "-");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    /** Whether the hyphen at {@code i} is a minus: before a digit and not inside a word. */
    private static boolean isSign(String text, int i) {
        boolean opens = i == 0 || text.charAt(i - 1) == ' ' || text.charAt(i - 1) == '[';
        return opens && i + 1 < text.length() && Character.isDigit(text.charAt(i + 1));
    }
}
