package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.TaskDifference;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of {@code tasks/}: each pair of models on each named task. Values are fractions; p is not corrected. */
final class TaskTable {
    static final StructType SCHEMA = new StructType()
            .add("benchmark", DataTypes.StringType, false)
            .add("task", DataTypes.StringType, false)
            .add("metric", DataTypes.StringType, false)
            .add("a", DataTypes.StringType, false)
            .add("b", DataTypes.StringType, false)
            .add("n", DataTypes.LongType, false)
            .add("delta", DataTypes.DoubleType, false)
            .add("low", DataTypes.DoubleType, false)
            .add("high", DataTypes.DoubleType, false)
            .add("test", DataTypes.StringType, false)
            .add("p", DataTypes.DoubleType, false)
            .add("won", DataTypes.LongType, false)
            .add("lost", DataTypes.LongType, false)
            .add("tied", DataTypes.LongType, false);

    private TaskTable() {}

    static List<Row> rows(List<BenchmarkComparison> comparisons) {
        List<Row> rows = new ArrayList<>();
        for (BenchmarkComparison row : comparisons) {
            for (ModelDifference pair : row.differences()) {
                pair.tasks().forEach(task -> rows.add(row(row, pair, task)));
            }
        }
        return rows;
    }

    private static Row row(BenchmarkComparison row, ModelDifference pair, TaskDifference task) {
        Difference d = task.difference();
        return RowFactory.create(
                row.benchmark(),
                task.task(),
                row.headline().metric(),
                pair.a(),
                pair.b(),
                (long) d.n(),
                d.delta(),
                d.low(),
                d.high(),
                d.test().label(),
                d.p(),
                (long) d.won(),
                (long) d.lost(),
                (long) d.tied());
    }
}
