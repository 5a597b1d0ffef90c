package mhc.reports;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.datasets.InputException;
import mhc.eval.Prediction;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Reads the examples of one benchmark from a run's Parquet files, by model and in id order. */
final class PredictionReader {
    /** The partition columns stand here as well, or Spark would read a model called 007 as the number 7. */
    private static final StructType SCHEMA = new StructType()
            .add("id", "string")
            .add("task", "string")
            .add("cluster", "string")
            .add("protocol", "string")
            .add("version", "string")
            .add("shots", "int")
            .add("metrics", "map<string,double>")
            .add("status", "string")
            .add("truncated", "boolean")
            .add("model", "string")
            .add("benchmark", "string");

    private final SparkSession spark;

    PredictionReader(SparkSession spark) {
        this.spark = spark;
    }

    /** @throws InputException when a file is damaged or holds something else, or an id comes twice */
    Map<String, List<ExampleRow>> read(EvaluatedRun run, String benchmark) {
        List<Path> files = run.files(benchmark);
        Map<String, List<ExampleRow>> byModel = new TreeMap<>();
        if (files.isEmpty()) {
            return byModel;
        }
        for (Row row : collect(run, files)) {
            ExampleRow example = example(row, benchmark);
            byModel.computeIfAbsent(row.getAs("model"), model -> new ArrayList<>())
                    .add(example);
        }
        byModel.forEach((model, examples) -> sort(examples, run, model));
        return byModel;
    }

    private List<Row> collect(EvaluatedRun run, List<Path> files) {
        List<Column> columns = new ArrayList<>();
        for (String name : SCHEMA.fieldNames()) {
            columns.add(col(name));
        }
        columns.add(input_file_name().as("file"));
        try {
            return spark.read()
                    .schema(SCHEMA)
                    .option("basePath", new Path(run.directory(), "predictions").toString())
                    .parquet(files.stream().map(Path::toString).toArray(String[]::new))
                    .select(columns.toArray(Column[]::new))
                    .collectAsList();
        } catch (Exception e) { // Spark throws checked exceptions that its methods do not declare
            throw unreadable(e);
        }
    }

    /** Spark names the file somewhere along the chain of causes; without a file it is no matter of the user's. */
    private static RuntimeException unreadable(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SparkThrowable spark
                    && spark.getMessageParameters().containsKey("path")) {
                return damaged(spark.getMessageParameters().get("path"), failure);
            }
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    /** What to say of a file that does not hold predictions. */
    static InputException damaged(String file, Throwable cause) {
        return new InputException(
                "Predictions file " + file
                        + " is damaged or is not one: delete it and start its run again, which writes it anew",
                cause);
    }

    private static ExampleRow example(Row row, String benchmark) {
        for (String column : SCHEMA.fieldNames()) {
            if (row.isNullAt(row.fieldIndex(column))) {
                throw damaged(row.getAs("file"), new IllegalStateException("column " + column + " is null"));
            }
        }
        Map<String, Double> metrics = row.getJavaMap(row.fieldIndex("metrics"));
        String id = row.getAs("id");
        metrics.forEach((metric, value) -> {
            if (value == null || !(value >= 0 && value <= 1)) {
                throw new InputException("Example " + id + " of " + benchmark + " has " + metric + " " + value
                        + ", expected 0 to 1: the run was written by another version, evaluate it again");
            }
        });
        return new ExampleRow(
                id,
                row.getAs("task"),
                row.getAs("cluster"),
                row.getAs("protocol"),
                row.getAs("version"),
                row.<Integer>getAs("shots"),
                Map.copyOf(metrics),
                Prediction.FAILED.equals(row.getAs("status")),
                row.<Boolean>getAs("truncated"));
    }

    private static void sort(List<ExampleRow> examples, EvaluatedRun run, String model) {
        Collections.sort(examples);
        for (int i = 1; i < examples.size(); i++) {
            if (examples.get(i).id().equals(examples.get(i - 1).id())) {
                throw new InputException("Example " + examples.get(i).id() + " of model " + model + " comes twice in "
                        + run.directory() + ": its part files overlap, delete the foreign ones");
            }
        }
    }
}
