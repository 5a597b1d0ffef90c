package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A training as its Parquet file has it, a row a step, averaged over as many steps as keep it drawable.
 *
 * @param steps last step of each average
 * @param loss mean training loss, in nats a token
 * @param gradientNorm mean norm of the gradient
 */
record TrainingCurve(String model, double[] steps, double[] loss, double[] gradientNorm) {
    private static final int MOST_POINTS = 200;

    static TrainingCurve read(SparkSession spark, String model, Path file) {
        List<Row> rows = spark.read()
                .parquet(LiteralPath.of(file))
                .select("step", "loss", "gradient_norm")
                .orderBy("step")
                .collectAsList();
        int width = Math.max(1, (rows.size() + MOST_POINTS - 1) / MOST_POINTS);
        List<double[]> points = new ArrayList<>();
        for (int first = 0; first < rows.size(); first += width) {
            List<Row> part = rows.subList(first, Math.min(rows.size(), first + width));
            points.add(new double[] {
                part.get(part.size() - 1).getLong(0), mean(part, 1), mean(part, 2),
            });
        }
        return new TrainingCurve(model, column(points, 0), column(points, 1), column(points, 2));
    }

    private static double mean(List<Row> rows, int column) {
        return rows.stream().mapToDouble(row -> row.getDouble(column)).average().orElseThrow();
    }

    private static double[] column(List<double[]> points, int column) {
        return points.stream().mapToDouble(point -> point[column]).toArray();
    }
}
