package mhc.jobs.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import mhc.datasets.InputException;
import mhc.eval.Request;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Where a row's request stands.
 *
 * @param context column of the texts before the answer
 * @param continuations column of the arrays of continuations, for choices
 * @param stops of generated answers
 * @param maxTokens of generated answers
 */
record RequestColumns(RequestKind kind, String context, String continuations, List<String> stops, int maxTokens)
        implements Serializable {
    private static final DataType TEXTS = DataTypes.createArrayType(DataTypes.StringType);

    RequestColumns {
        stops = List.copyOf(stops);
    }

    /** @throws InputException when a column is missing or of another type */
    void requireIn(StructType schema) {
        Columns.require(schema, "inputCol", context, DataTypes.StringType);
        if (kind == RequestKind.CHOOSE) {
            Columns.require(schema, "continuationsCol", continuations, TEXTS);
        }
    }

    /**
     * The request of a row.
     *
     * @param schema of the row, which may not know it: Spark passes rows from one function to the next as they are
     * @throws InputException when the row has no such request
     */
    Request request(StructType schema, Row row) {
        String text = row.getString(schema.fieldIndex(context));
        if (text == null) {
            throw absent(context, "null");
        }
        if (kind == RequestKind.GENERATE) {
            return new Request.Generate(text, stops, maxTokens);
        }
        List<String> texts = texts(row, schema.fieldIndex(continuations));
        if (texts.isEmpty() || texts.contains(null)) {
            throw absent(continuations, "no continuation, or one that is null");
        }
        return new Request.Choice(text, texts);
    }

    /** An array is one to Java's functions and a sequence to Spark. */
    private static List<String> texts(Row row, int index) {
        if (row.isNullAt(index)) {
            return List.of();
        }
        return row.get(index) instanceof String[] array ? Arrays.asList(array) : row.getList(index);
    }

    private static InputException absent(String column, String what) {
        return new InputException("Column " + column + " holds " + what
                + " in a row, and no model can be asked that: filter such rows out or fill them in");
    }
}
