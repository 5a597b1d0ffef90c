package mhc.reports;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import mhc.datasets.InputException;
import mhc.datasets.ParquetFiles;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/** The rows of one predictions file, in order. Closed by itself behind the last one. */
public final class PredictionFileReader implements Iterator<PredictionRow>, Closeable {
    private final PredictionPart part;
    private final ParquetFileReader file;
    private final PredictionConverters converters;
    private final MessageColumnIO columns;
    private RecordReader<PredictionRow> rows;
    private long left;
    private boolean ended;

    private PredictionFileReader(
            PredictionPart part, ParquetFileReader file, PredictionConverters converters, MessageColumnIO columns) {
        this.part = part;
        this.file = file;
        this.converters = converters;
        this.columns = columns;
    }

    /**
     * Opens a file, of which it reads some columns.
     *
     * @throws InputException when it cannot be read or lacks one of them, and so does reading on
     */
    public static PredictionFileReader open(Configuration hadoop, PredictionPart part, List<PredictionColumn> columns) {
        ParquetFileReader file = null;
        try {
            file = ParquetFiles.open(part.path(), hadoop);
            MessageType schema = file.getFileMetaData().getSchema();
            for (PredictionColumn column : columns) {
                if (!PredictionSchema.holds(schema, column)) {
                    throw new IOException("it has no column " + column.key() + " of predictions");
                }
            }
            MessageType projection = new MessageType(
                    schema.getName(),
                    columns.stream().map(column -> schema.getType(column.key())).toList());
            file.setRequestedSchema(projection);
            return new PredictionFileReader(
                    part,
                    file,
                    new PredictionConverters(part, columns),
                    new ColumnIOFactory().getColumnIO(projection, schema));
        } catch (IOException | RuntimeException e) { // Parquet throws many kinds at bytes that are not its own
            InputException damaged = new InputException(part.damage(), e);
            close(file, damaged);
            throw damaged;
        }
    }

    @Override
    public boolean hasNext() {
        while (left == 0 && !ended) {
            nextGroup();
        }
        return left > 0;
    }

    private void nextGroup() {
        try {
            PageReadStore group = file.readNextRowGroup();
            if (group == null) {
                close();
            } else {
                rows = columns.getRecordReader(group, converters);
                left = group.getRowCount();
            }
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    @Override
    public PredictionRow next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        left--;
        try {
            return rows.read();
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private InputException damaged(Exception cause) {
        InputException damaged = new InputException(part.damage(), cause);
        left = 0;
        ended = true;
        close(file, damaged);
        return damaged;
    }

    private static void close(Closeable file, Exception failure) {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        ended = true;
        file.close();
    }
}
