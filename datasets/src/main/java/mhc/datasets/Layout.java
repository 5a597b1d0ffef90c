package mhc.datasets;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * One known shape of a corpus's files.
 *
 * @param name as shown to users
 * @param fields what tells it, as shown to users
 * @param scored whether evaluation examples may come from it; false for hand-written exemplars
 * @param matches decides from the head of a file and its place, never by trying to parse it
 */
record Layout(String name, String fields, boolean scored, BiPredicate<Head, Part> matches, Parser parser) {

    /** Reads one file whose layout is known. */
    interface Parser {
        void parse(Part part, ExampleSink sink);
    }

    /** Reads one row. */
    interface RowParser {
        void parse(Row row, ExampleSink sink);
    }

    /** A table: JSON Lines or Parquet (or one JSON object a file), of which only the named columns are read. */
    static Layout table(
            String name, String fields, BiPredicate<Head, Part> matches, Set<String> columns, RowParser parser) {
        return new Layout(name, fields, true, isTable(matches), (part, sink) -> rows(part, columns, sink, parser));
    }

    /** A table of hand-written exemplars. */
    static Layout exemplars(
            String name, String fields, BiPredicate<Head, Part> matches, Set<String> columns, RowParser parser) {
        return new Layout(name, fields, false, isTable(matches), (part, sink) -> rows(part, columns, sink, parser));
    }

    private static BiPredicate<Head, Part> isTable(BiPredicate<Head, Part> matches) {
        return (head, part) -> head.form() != Head.Form.TEXT && matches.test(head, part);
    }

    /** Rows are numbered over all files of a task, so that the shards of a table count on. */
    static void rows(Part part, Set<String> columns, ExampleSink sink, RowParser parser) {
        String counter = "row " + part.task();
        if (!part.item().isEmpty()) { // a tree of thousands of small files: no second look at each
            document(part, counter, sink, parser);
            return;
        }
        Head head = Head.of(part.file());
        if (head.form() == Head.Form.PARQUET) {
            long[] number = new long[1];
            ParquetRows.read(part.file(), columns, fields -> {
                String where = "%s, row %d".formatted(part.file(), ++number[0]);
                parser.parse(new Row(where, sink.next(counter), part, "", fields), sink);
            });
        } else if (head.document()) {
            document(part, counter, sink, parser);
        } else {
            lines(part, counter, sink, parser);
        }
    }

    private static void document(Part part, String counter, ExampleSink sink, RowParser parser) {
        ObjectNode document = Json.document(part.file());
        parser.parse(new Row(part.file().toString(), sink.next(counter), part, "", document), sink);
    }

    private static void lines(Part part, String counter, ExampleSink sink, RowParser parser) {
        try (DataFile.Lines lines = new DataFile.Lines(part.file())) {
            String line = lines.next();
            while (line != null) {
                if (!line.isBlank()) {
                    String where = lines.where();
                    parser.parse(new Row(where, sink.next(counter), part, "", Json.line(line, where)), sink);
                }
                line = lines.next();
            }
        }
    }
}
