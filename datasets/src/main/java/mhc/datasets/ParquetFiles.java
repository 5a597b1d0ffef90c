package mhc.datasets;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.HadoopParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.OutputFile;

/** Parquet files on any Hadoop file system. */
public final class ParquetFiles {
    private ParquetFiles() {}

    /**
     * Opens a file and reads its footer. Parquet's own default options would read Hadoop's XML files anew for every file,
     * which takes longer than a footer does. Pages that carry a checksum are held to it when they are read.
     *
     * @throws IOException when the file is missing or cannot be read; what is no Parquet file is a RuntimeException
     */
    public static ParquetFileReader open(Path file, Configuration hadoop) throws IOException {
        ParquetReadOptions options = ParquetReadOptions.builder(new HadoopParquetConfiguration(hadoop))
                .usePageChecksumVerification()
                .build();
        return ParquetFileReader.open(HadoopInputFile.fromPath(file, hadoop), options);
    }

    /**
     * Writes a whole file, over whatever stands there.
     *
     * @throws IOException also when a local disk is full
     */
    public static <T> void write(Path file, Configuration hadoop, WriteSupport<T> format, Iterable<T> rows)
            throws IOException {
        try (ParquetWriter<T> writer = new Writer<>(HadoopOutputFile.fromPath(file, hadoop), format)
                .withConf(hadoop)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (T row : rows) {
                writer.write(row);
            }
        } catch (FSError e) { // how Hadoop's local file system says that a disk is full
            throw new IOException(e.getMessage(), e);
        }
    }

    private static final class Writer<T> extends ParquetWriter.Builder<T, Writer<T>> {
        private final WriteSupport<T> format;

        Writer(OutputFile file, WriteSupport<T> format) {
            super(file);
            this.format = format;
        }

        @Override
        protected Writer<T> self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
        protected WriteSupport<T> getWriteSupport(Configuration hadoop) {
            return format;
        }
    }
}
