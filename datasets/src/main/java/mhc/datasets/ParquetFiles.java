package mhc.datasets;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.HadoopParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/** Opening Parquet files on any Hadoop file system. */
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
}
