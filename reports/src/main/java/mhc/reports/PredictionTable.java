package mhc.reports;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.when;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The prediction rows of several runs as one table: the chosen columns, then model, benchmark and the file of each row.
 *
 * @param columns stand first in a row, in this order
 */
record PredictionTable(List<PredictionColumn> columns) {
    /** Index of a column in a row. */
    int at(PredictionColumn column) {
        return columns.indexOf(column);
    }

    String text(Row row, PredictionColumn column) {
        return row.getString(at(column));
    }

    /** Index of the model's name in a row. */
    int model() {
        return columns.size();
    }

    /** Index of the benchmark's name in a row. */
    int benchmark() {
        return columns.size() + 1;
    }

    /** Index of the file's path in a row. */
    int file() {
        return columns.size() + 2;
    }

    /** What the user has to mend in a row, or the empty string. */
    String mistake(Row row) {
        for (int i = 0; i < columns.size(); i++) {
            if (row.isNullAt(i)) {
                return damage(row.getString(file()));
            }
        }
        int metrics = at(PredictionColumn.METRICS);
        return metrics < 0 ? "" : mistake(row, row.<String, Double>getJavaMap(metrics));
    }

    private String mistake(Row row, Map<String, Double> metrics) {
        for (Map.Entry<String, Double> metric : metrics.entrySet()) {
            Double value = metric.getValue();
            if (value == null || !(value >= 0 && value <= 1)) {
                return "Example " + text(row, PredictionColumn.ID) + " of " + row.getString(benchmark()) + " has "
                        + metric.getKey() + " " + value
                        + ", expected 0 to 1: the run was written by another version, evaluate it again";
            }
        }
        return "";
    }

    Dataset<Row> read(SparkSession spark, List<EvaluatedRun> runs) {
        return runs.stream().map(run -> read(spark, run)).reduce(Dataset::union).orElseThrow();
    }

    /** Partitions are read as they were listed, so that whatever else stands beside them is no data. */
    private Dataset<Row> read(SparkSession spark, EvaluatedRun run) {
        List<Column> selected = new ArrayList<>();
        for (String name : schema().fieldNames()) {
            selected.add(name.equals("model") ? shown(run) : col(name));
        }
        selected.add(input_file_name());
        return spark.read()
                .schema(schema())
                .option("basePath", new Path(run.directory(), EvaluatedRun.PREDICTIONS).toString())
                .option("pathGlobFilter", EvaluatedRun.PARTS)
                .parquet(run.partitions().map(LiteralPath::of).toArray(String[]::new))
                .select(selected.toArray(Column[]::new));
    }

    private static Column shown(EvaluatedRun run) {
        Column model = col("model");
        for (Map.Entry<String, String> name : run.shown().entrySet()) {
            model = when(col("model").equalTo(name.getKey()), name.getValue()).otherwise(model);
        }
        return model.as("model");
    }

    /** The partition columns stand here as well, or Spark would read a model called 007 as the number 7. */
    private StructType schema() {
        StructType schema = new StructType();
        for (PredictionColumn column : columns) {
            schema = schema.add(column.key(), type(column.shape()));
        }
        return schema.add("model", DataTypes.StringType).add("benchmark", DataTypes.StringType);
    }

    private static DataType type(PredictionColumn.Shape shape) {
        DataType element = type(shape.element());
        return switch (shape.form()) {
            case ONE -> element;
            case LIST -> DataTypes.createArrayType(element);
            case MAP -> DataTypes.createMapType(DataTypes.StringType, element);
        };
    }

    private static DataType type(Element element) {
        return switch (element) {
            case TEXT -> DataTypes.StringType;
            case INTEGER -> DataTypes.IntegerType;
            case DOUBLE -> DataTypes.DoubleType;
            case BOOLEAN -> DataTypes.BooleanType;
        };
    }

    /** What to say of a failure to read: Spark names the file somewhere along the chain of causes, else it is no matter of the user's. */
    static RuntimeException unreadable(Exception failure) {
        return Stream.iterate((Throwable) failure, cause -> cause != null, Throwable::getCause)
                .filter(cause -> cause instanceof SparkThrowable spark
                        && spark.getMessageParameters().containsKey("path"))
                .findFirst()
                .<RuntimeException>map(cause ->
                        damaged(((SparkThrowable) cause).getMessageParameters().get("path"), failure))
                .orElseGet(() ->
                        failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure));
    }

    /** What to say of a file that does not hold predictions. */
    static InputException damaged(String file, Throwable cause) {
        return new InputException(damage(file), cause);
    }

    static String damage(String file) {
        return "Predictions file " + named(file)
                + " is damaged or is not one: delete it and start its run again, which writes it anew";
    }

    /** Spark gives a file's path as a URI, with blanks and brackets in hexadecimal digits; users name paths. */
    private static String named(String file) {
        try {
            return new Path(new URI(file)).toString();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return file;
        }
    }
}
