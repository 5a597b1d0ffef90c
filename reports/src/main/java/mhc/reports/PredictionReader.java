package mhc.reports;

import static org.apache.spark.sql.functions.col;

import java.util.stream.Stream;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The prediction rows of a run as Spark reads them. */
public final class PredictionReader {
    /** The partition columns stand here as well, or Spark would read a model called 007 as the number 7. */
    private static final StructType SCHEMA = schema();

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
        Column[] columns = Stream.of(SCHEMA.fieldNames()).map(name -> col(name)).toArray(Column[]::new);
        return spark.read()
                .schema(SCHEMA)
                .option("basePath", new Path(listed.directory(), EvaluatedRun.PREDICTIONS).toString())
                .option("pathGlobFilter", EvaluatedRun.PARTS)
                .parquet(listed.partitions().map(LiteralPath::of).toArray(String[]::new))
                .select(columns);
    }

    private static StructType schema() {
        StructType schema = new StructType();
        for (PredictionColumn column : PredictionColumn.values()) {
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
}
