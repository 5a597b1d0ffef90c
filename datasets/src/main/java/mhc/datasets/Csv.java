package mhc.datasets;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.Iterator;
import java.util.List;
import java.util.zip.ZipException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Files of quoted, separated values without a header, RFC 4180. */
final class Csv {
    private Csv() {}

    /** Receives one record: its values and file and line, for messages. */
    interface Records {
        void accept(List<String> values, String where);
    }

    /** @param columns how many values every record must have; anything else is an error */
    static void read(DataFile file, char separator, int columns, String wanted, Records records) {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setIgnoreEmptyLines(true)
                .get();
        long line = 1;
        try (BufferedReader reader = file.reader();
                CSVParser parser =
                        CSVParser.builder().setReader(reader).setFormat(format).get()) {
            Iterator<CSVRecord> iterator = parser.iterator();
            while (iterator.hasNext()) {
                List<String> values = iterator.next().toList();
                String where = "%s, line %d".formatted(file, line);
                if (values.size() != columns) {
                    throw new InputException("%s: a row must have %d columns (%s), but has %d; %s"
                            .formatted(where, columns, wanted, values.size(), REMEDY));
                }
                records.accept(values, where);
                line = parser.getCurrentLineNumber() + 1;
            }
        } catch (UncheckedIOException e) {
            throw broken(file, line, e.getCause());
        } catch (IOException e) {
            throw broken(file, line, e);
        }
    }

    private static final String REMEDY = "correct it or fetch the file again";

    private static InputException broken(DataFile file, long line, IOException cause) {
        if (cause instanceof EOFException
                || cause instanceof ZipException
                || cause instanceof CharacterCodingException) {
            return file.unreadable(cause, line - 1);
        }
        return new InputException(
                "%s, line %d: the quoting is broken or the file is cut short in this row (%s); %s"
                        .formatted(file, line, cause.getMessage(), REMEDY),
                cause);
    }
}
