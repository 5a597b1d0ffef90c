package mhc.jobs.ml;

import mhc.datasets.InputException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/** Columns of a Dataset by name. */
final class Columns {
    private Columns() {}

    /** Takes the name as it stands, dots included. */
    static Column named(String name) {
        return functions.col("`" + name.replace("`", "``") + "`");
    }

    /** @throws InputException when there is no such column, naming the param that asks for it and the columns there are */
    static DataType type(StructType schema, String param, String name) {
        for (String column : schema.fieldNames()) {
            if (column.equals(name)) {
                return schema.apply(name).dataType();
            }
        }
        throw new InputException("There is no column " + name + " among " + String.join(", ", schema.fieldNames())
                + ": set " + param + " to one of these, or add it");
    }

    /** @throws InputException when there is no such column or it has another type, nulls aside */
    static void require(StructType schema, String param, String name, DataType expected) {
        DataType found = type(schema, param, name);
        if (!found.catalogString().equals(expected.catalogString())) {
            throw new InputException("Column " + name + " is of type " + found.catalogString() + ", but " + param
                    + " takes " + expected.catalogString() + ": name another column or cast it");
        }
    }

    /** @throws InputException when the column is there already; Spark takes names that differ in case for equal */
    static void requireAbsent(StructType schema, String param, String name) {
        for (String column : schema.fieldNames()) {
            if (column.equalsIgnoreCase(name)) {
                throw new InputException(
                        "Column " + name + " is there already: set " + param + " to another name, or drop it first");
            }
        }
    }
}
