package mhc.reports;

import java.util.List;
import mhc.eval.PredictionColumn;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The prediction rows of a run as Spark reads them. */
public final class PredictionReader {
    private PredictionReader() {}

    /**
     * Every column of {@link PredictionColumn}, then {@code model} and {@code benchmark} as their folders name them.
     *
     * @param run run directory, finished or not
     * @throws mhc.datasets.InputException when it is none, or holds no predictions
     */
    public static Dataset<Row> rows(SparkSession spark, String run) {
        EvaluatedRun listed =
                EvaluatedRun.at(run, spark, ReportOptions.DEFAULT.withUnfinished(ReportOptions.Unfinished.MARKED));
        PredictionTable table = new PredictionTable(List.of(PredictionColumn.values()));
        Dataset<Row> rows = table.read(spark, List.of(listed));
        return rows.drop(rows.columns()[table.file()]);
    }
}
