package mhc.jobs.run;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table as lines of text, names to the left and numbers to the right. Lines are made one by one, so that what takes
 * long shows as it goes; picocli's table lays out whole ones, and to the left only.
 */
public final class TextColumns {
    private final List<Column> columns;

    /**
     * One column.
     *
     * @param width least characters
     * @param format of {@link String#format} for its cells, except texts, which stand as they are
     * @param left whether its cells begin below each other, else they end so
     */
    public record Column(String title, int width, String format, boolean left) {
        private String pad(String text) {
            String fill = " ".repeat(Math.max(0, width - text.length()));
            return left ? text + fill : fill + text;
        }

        private String cell(Object value) {
            return pad(value instanceof String text ? text : String.format(Locale.ROOT, format, value));
        }
    }

    private TextColumns(List<Column> columns) {
        this.columns = columns;
    }

    public static TextColumns of(Column... columns) {
        return new TextColumns(List.of(columns));
    }

    public static Column name(String title, int width) {
        return new Column(title, width, "%s", true);
    }

    /** Whole numbers. */
    public static Column count(String title, int width) {
        return number(title, width, "%d");
    }

    public static Column number(String title, int width, String format) {
        return new Column(title, width, format, false);
    }

    public String header() {
        return line(i -> columns.get(i).pad(columns.get(i).title()));
    }

    /** @param cells one per column */
    public String line(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        return line(i -> columns.get(i).cell(cells[i]));
    }

    private String line(Function<Integer, String> cell) {
        return IntStream.range(0, columns.size())
                .boxed()
                .map(cell)
                .collect(Collectors.joining(" "))
                .stripTrailing();
    }
}
