package mhc.jobs.run;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.map_entries;

import java.util.List;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Form;
import mhc.reports.PredictionReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Compares the prediction rows of two runs, every column but the time taken.
 *
 * @param rows rows of the first run
 * @param onlyFirst rows of the first run with no equal in the second, and the first few of them as "model benchmark id"
 */
public record RunDifference(long rows, long otherRows, long onlyFirst, long onlySecond, List<String> examples) {
    private static final int SHOWN = 10;

    public static RunDifference between(SparkSession spark, String first, String second) {
        Dataset<Row> a = comparable(spark, first).cache();
        Dataset<Row> b = comparable(spark, second).cache();
        Dataset<Row> onlyA = a.exceptAll(b).cache();
        Dataset<Row> onlyB = b.exceptAll(a).cache();
        List<String> examples = onlyA
                .union(onlyB)
                .select("model", "benchmark", "id")
                .distinct()
                .orderBy("model", "benchmark", "id")
                .limit(SHOWN)
                .collectAsList()
                .stream()
                .map(row -> row.getString(0) + " " + row.getString(1) + " " + row.getString(2))
                .toList();
        return new RunDifference(a.count(), b.count(), onlyA.count(), onlyB.count(), examples);
    }

    public boolean isEmpty() {
        return onlyFirst == 0 && onlySecond == 0;
    }

    /** Set operations refuse maps, so maps become sorted entries. */
    private static Dataset<Row> comparable(SparkSession spark, String run) {
        Dataset<Row> rows = PredictionReader.rows(spark, run).drop(PredictionColumn.SECONDS.key());
        for (PredictionColumn column : PredictionColumn.values()) {
            if (column.shape().form() == Form.MAP) {
                rows = rows.withColumn(column.key(), array_sort(map_entries(col(column.key()))));
            }
        }
        return rows;
    }
}
