package mhc.jobs.train;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * y = e^a (x / centre)^b, fitted by least squares of logarithms with Spark MLlib. The centre is the geometric mean of the
 * points' x, where the errors of a and b are independent.
 *
 * @param level a
 * @param exponent b
 * @param levelError standard error of a, and {@code exponentError} of b
 * @param points that were fitted, at least 3
 */
record PowerLaw(double centre, double level, double levelError, double exponent, double exponentError, int points) {
    private static final StructType SCHEMA =
            new StructType().add("label", DataTypes.DoubleType).add("features", SQLDataTypes.VectorType());

    /** One point of a curve; both numbers are above 0. */
    record Point(double x, double y) {}

    /** @param points at least 3, not all of one x */
    static PowerLaw fit(List<Point> points, SparkSession spark) {
        double sum = points.stream().mapToDouble(point -> Math.log(point.x())).sum();
        double centre = sum / points.size();
        List<Row> rows = new ArrayList<>();
        for (Point point : points) {
            rows.add(RowFactory.create(Math.log(point.y()), Vectors.dense(Math.log(point.x()) - centre)));
        }
        LinearRegressionModel line = new LinearRegression()
                .setSolver("normal")
                .setStandardization(false)
                .fit(spark.createDataFrame(rows, SCHEMA));
        double[] errors = line.summary().coefficientStandardErrors();
        return new PowerLaw(
                Math.exp(centre),
                line.intercept(),
                errors[1],
                line.coefficients().apply(0),
                errors[0],
                points.size());
    }

    double at(double x) {
        return Math.exp(level + exponent * Math.log(x / centre));
    }

    /** The lower end of the 95 % interval of the line at x, or with {@code sign} 1 the upper one. */
    double edge(double x, int sign) {
        double error = Math.hypot(levelError, exponentError * Math.log(x / centre));
        return at(x) * Math.exp(sign * quantile() * error);
    }

    /** Half the width of the exponent's 95 % interval. */
    double exponentMargin() {
        return quantile() * exponentError;
    }

    private double quantile() {
        return new TDistribution(points - 2).inverseCumulativeProbability(0.975);
    }
}
