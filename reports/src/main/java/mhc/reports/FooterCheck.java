package mhc.reports;

import java.io.IOException;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.ParquetFiles;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Whether files are Parquet with the columns of predictions, asked before Spark reads them: a task that fails logs an
 * error before anything can be said in a sentence. What a footer does not tell is found when the rows are read.
 */
final class FooterCheck {
    /** Files that a task opens; few tasks for a usual run, and many for one of a million files. */
    private static final int BATCH = 256;

    private FooterCheck() {}

    /** @throws InputException naming a damaged file */
    static void of(SparkSession spark, List<EvaluatedRun> runs) {
        List<String> names = runs.stream()
                .flatMap(run -> run.files().values().stream())
                .flatMap(byModel -> byModel.values().stream())
                .flatMap(List::stream)
                .map(Path::toString)
                .toList();
        SerializableConfiguration hadoop =
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
        JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(names, 1 + names.size() / BATCH)
                .filter(name -> !isSound(name, hadoop.value()))
                .collect()
                .stream()
                .sorted()
                .findFirst()
                .ifPresent(name -> {
                    throw PredictionTable.damaged(name, null);
                });
    }

    /** Parquet's reader throws unchecked exceptions at a file that is cut or something else. */
    private static boolean isSound(String name, Configuration hadoop) {
        try (ParquetFileReader reader = ParquetFiles.open(new Path(name), hadoop)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            return ModelRowsBuilder.TABLE.columns().stream().allMatch(column -> schema.containsField(column.key()));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
