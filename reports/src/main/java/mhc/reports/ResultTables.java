package mhc.reports;

import java.util.List;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of {@code scores/} and {@code comparison/}. Values are fractions, 0 to 1. */
final class ResultTables {
    static final StructType SCORES = new StructType()
            .add("model", DataTypes.StringType, false)
            .add("benchmark", DataTypes.StringType, false)
            .add("task", DataTypes.StringType, false)
            .add("metric", DataTypes.StringType, false)
            .add("filter", DataTypes.StringType, false)
            .add("value", DataTypes.DoubleType, false)
            .add("stderr", DataTypes.DoubleType, false)
            .add("n", DataTypes.LongType, false)
            .add("shots", DataTypes.IntegerType, false)
            .add("failed", DataTypes.LongType, false)
            .add("truncated", DataTypes.LongType, false);

    private static final StructType MODEL = new StructType()
            .add("model", DataTypes.StringType, false)
            .add("value", DataTypes.DoubleType, false)
            .add("stderr", DataTypes.DoubleType, false)
            .add("failed", DataTypes.LongType, false)
            .add("truncated", DataTypes.LongType, false);

    private static final StructType DIFFERENCE = new StructType()
            .add("a", DataTypes.StringType, false)
            .add("b", DataTypes.StringType, false)
            .add("delta", DataTypes.DoubleType, false)
            .add("low", DataTypes.DoubleType, false)
            .add("high", DataTypes.DoubleType, false)
            .add("test", DataTypes.StringType, false)
            .add("p", DataTypes.DoubleType, false)
            .add("p_holm", DataTypes.DoubleType, false)
            .add("won", DataTypes.LongType, false)
            .add("lost", DataTypes.LongType, false)
            .add("tied", DataTypes.LongType, false)
            .add("mde", DataTypes.DoubleType, false);

    static final StructType COMPARISON = new StructType()
            .add("benchmark", DataTypes.StringType, false)
            .add("metric", DataTypes.StringType, false)
            .add("shots", DataTypes.IntegerType, false)
            .add("n", DataTypes.LongType, false)
            .add("models", new ArrayType(MODEL, false), false)
            .add("differences", new ArrayType(DIFFERENCE, false), false);

    private ResultTables() {}

    static List<Row> scores(List<ScoreRow> scores) {
        return scores.stream()
                .map(s -> RowFactory.create(
                        s.model(),
                        s.benchmark(),
                        s.task(),
                        s.metric(),
                        s.filter(),
                        s.value(),
                        s.stderr(),
                        s.n(),
                        s.shots(),
                        s.failed(),
                        s.truncated()))
                .toList();
    }

    static List<Row> comparison(List<BenchmarkComparison> rows) {
        return rows.stream()
                .map(row -> RowFactory.create(
                        row.benchmark(),
                        row.headline().metric(),
                        row.shots(),
                        (long) row.n(),
                        row.models().stream().map(ResultTables::model).toArray(Row[]::new),
                        row.differences().stream().map(ResultTables::difference).toArray(Row[]::new)))
                .toList();
    }

    private static Row model(ModelScore cell) {
        ScoreRow score = cell.score();
        return RowFactory.create(score.model(), score.value(), score.stderr(), score.failed(), score.truncated());
    }

    private static Row difference(ModelDifference pair) {
        Difference d = pair.difference();
        return RowFactory.create(
                pair.a(),
                pair.b(),
                d.delta(),
                d.low(),
                d.high(),
                d.test().label(),
                d.p(),
                pair.holm(),
                (long) d.won(),
                (long) d.lost(),
                (long) d.tied(),
                pair.minimumDetectable());
    }
}
