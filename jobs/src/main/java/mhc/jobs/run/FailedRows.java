package mhc.jobs.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_extract;
import static org.apache.spark.sql.functions.split;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.reports.LiteralPath;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The examples without an answer among a run's committed rows. */
public final class FailedRows {
    private FailedRows() {}

    /** Ids of one model's failed examples of a benchmark, by the index of their shard. */
    public static TreeMap<Integer, Set<String>> of(
            SparkSession spark, RunDirectory run, String model, String benchmark) {
        TreeMap<Integer, Set<String>> failed = new TreeMap<>();
        if (run.committed(model, benchmark).isEmpty()) {
            return failed;
        }
        StructType schema = new StructType()
                .add(PredictionColumn.ID.key(), DataTypes.StringType)
                .add(PredictionColumn.STATUS.key(), DataTypes.StringType);
        for (Row row : spark.read()
                .schema(schema)
                .option("pathGlobFilter", "part-*.parquet")
                .parquet(LiteralPath.of(run.folder(model, benchmark)))
                .where(col(PredictionColumn.STATUS.key()).equalTo(Prediction.FAILED))
                .select(
                        col(PredictionColumn.ID.key()),
                        regexp_extract(element_at(split(input_file_name(), "/"), lit(-1)), "\\d+", 0)
                                .cast(DataTypes.IntegerType))
                .collectAsList()) {
            failed.computeIfAbsent(row.getInt(1), shard -> new TreeSet<>()).add(row.getString(0));
        }
        return failed;
    }
}
