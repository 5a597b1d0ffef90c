package mhc.reports;

import java.util.List;
import java.util.stream.Stream;

/** What a report says, before it is written in any format: texts are plain, and escaping is the writers' matter. */
record Page(String title, List<Block> blocks) {
    Page {
        blocks = List.copyOf(blocks);
    }

    /** A part of a page. */
    sealed interface Block {}

    /** Title of a section. */
    record Heading(String text) implements Block {}

    /** A paragraph. */
    record Text(String text) implements Block {}

    /**
     * A table.
     *
     * @param caption stands above it
     * @param rows cells by column; shorter rows are not allowed
     * @param footer last row, set apart; empty when there is none
     */
    record Table(String caption, List<Column> columns, List<List<String>> rows, List<String> footer) implements Block {
        Table {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
            footer = List.copyOf(footer);
            int width = columns.size();
            if (rows.stream().anyMatch(row -> row.size() != width) || !footer.isEmpty() && footer.size() != width) {
                throw new IllegalArgumentException(
                        "A row of the table \"" + caption + "\" has not " + width + " cells");
            }
        }

        /** Rows and footer. */
        List<List<String>> body() {
            return footer.isEmpty()
                    ? rows
                    : Stream.concat(rows.stream(), Stream.of(footer)).toList();
        }
    }

    /** Head of a column. */
    record Column(String name, Align align) {
        static Column left(String name) {
            return new Column(name, Align.LEFT);
        }

        static Column right(String name) {
            return new Column(name, Align.RIGHT);
        }
    }

    enum Align {
        LEFT,
        RIGHT
    }
}
