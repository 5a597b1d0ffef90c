package mhc.reports;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/**
 * A training as its Parquet file has it, a row a step, averaged over as many steps as keep it drawable.
 *
 * @param steps last step of each average
 * @param loss mean training loss, in nats a token
 * @param gradientNorm mean norm of the gradient
 */
record TrainingCurve(String model, double[] steps, double[] loss, double[] gradientNorm) {
    private static final int MOST_POINTS = 200;

    /** @throws IOException or a RuntimeException of Parquet's when the file cannot be read */
    static TrainingCurve read(Configuration hadoop, String model, Path file) throws IOException {
        List<Step> steps = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(hadoop)
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                steps.add(
                        new Step(row.getLong("step", 0), row.getDouble("loss", 0), row.getDouble("gradient_norm", 0)));
            }
        }
        steps.sort(Comparator.comparingLong(Step::step));
        int width = Math.max(1, (steps.size() + MOST_POINTS - 1) / MOST_POINTS);
        List<double[]> points = new ArrayList<>();
        for (int first = 0; first < steps.size(); first += width) {
            List<Step> part = steps.subList(first, Math.min(steps.size(), first + width));
            points.add(new double[] {
                part.get(part.size() - 1).step(), mean(part, Step::loss), mean(part, Step::gradientNorm),
            });
        }
        return new TrainingCurve(model, column(points, 0), column(points, 1), column(points, 2));
    }

    private record Step(long step, double loss, double gradientNorm) {}

    private static double mean(List<Step> steps, ToDoubleFunction<Step> value) {
        return steps.stream().mapToDouble(value).average().orElseThrow();
    }

    private static double[] column(List<double[]> points, int column) {
        return points.stream().mapToDouble(point -> point[column]).toArray();
    }
}
