package mhc.reports;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A checkpoint's score on one benchmark: the row of {@code series/*.parquet}.
 *
 * @param run its directory
 * @param state of the run's files when they were read: see {@link RunState}
 * @param model what the checkpoints of one training have in common
 * @param step of its training
 * @param tokens trained on, 0 when unknown
 * @param value 0 to 1
 * @param stderr standard error of value, NaN when undefined
 */
record SeriesPoint(
        String run,
        String state,
        String model,
        long step,
        long tokens,
        String benchmark,
        String metric,
        double value,
        double stderr,
        long n,
        long failed) {
    static final StructType SCHEMA = new StructType()
            .add("run", DataTypes.StringType, false)
            .add("state", DataTypes.StringType, false)
            .add("model", DataTypes.StringType, false)
            .add("step", DataTypes.LongType, false)
            .add("tokens", DataTypes.LongType, false)
            .add("benchmark", DataTypes.StringType, false)
            .add("metric", DataTypes.StringType, false)
            .add("value", DataTypes.DoubleType, false)
            .add("stderr", DataTypes.DoubleType, false)
            .add("n", DataTypes.LongType, false)
            .add("failed", DataTypes.LongType, false);

    Row row() {
        return RowFactory.create(run, state, model, step, tokens, benchmark, metric, value, stderr, n, failed);
    }

    static SeriesPoint of(Row row) {
        return new SeriesPoint(
                row.getAs("run"),
                row.getAs("state"),
                row.getAs("model"),
                row.<Long>getAs("step"),
                row.<Long>getAs("tokens"),
                row.getAs("benchmark"),
                row.getAs("metric"),
                row.<Double>getAs("value"),
                row.<Double>getAs("stderr"),
                row.<Long>getAs("n"),
                row.<Long>getAs("failed"));
    }
}
