package mhc.reports;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.ParquetFiles;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table of some hundred rows as one Parquet file. Spark's writer would start a query for it, and a job of one task.
 */
final class TableFile extends WriteSupport<Row> {
    private final StructType schema;
    private RecordConsumer out;

    private TableFile(StructType schema) {
        this.schema = schema;
    }

    /**
     * Writes these rows in this order.
     *
     * @param schema of texts, numbers and lists of structures of these; nothing in it is nullable
     */
    static void write(Path file, Configuration hadoop, List<Row> rows, StructType schema) throws IOException {
        ParquetFiles.write(file, hadoop, new TableFile(schema), rows);
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
    public WriteContext init(Configuration hadoop) {
        return new WriteContext(message(schema), Map.of());
    }

    private static MessageType message(StructType schema) {
        return new MessageType("table", fields(schema));
    }

    private static List<Type> fields(StructType schema) {
        return Stream.of(schema.fields())
                .map(field -> type(field.dataType(), field.name()))
                .toList();
    }

    private static Type type(DataType type, String name) {
        if (type instanceof ArrayType array) {
            StructType element = (StructType) array.elementType();
            return Types.requiredList()
                    .element(new GroupType(Type.Repetition.REQUIRED, "element", fields(element)))
                    .named(name);
        }
        if (type.equals(DataTypes.StringType)) {
            return Types.required(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        }
        if (type.equals(DataTypes.DoubleType)) {
            return Types.required(PrimitiveTypeName.DOUBLE).named(name);
        }
        if (type.equals(DataTypes.LongType)) {
            return Types.required(PrimitiveTypeName.INT64).named(name);
        }
        if (type.equals(DataTypes.IntegerType)) {
            return Types.required(PrimitiveTypeName.INT32).named(name);
        }
        throw new IllegalArgumentException("No table holds " + type);
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        out = consumer;
    }

    @Override
    public void write(Row row) {
        out.startMessage();
        fields(row, schema);
        out.endMessage();
    }

    private void fields(Row row, StructType type) {
        StructField[] fields = type.fields();
        for (int i = 0; i < fields.length; i++) {
            out.startField(fields[i].name(), i);
            value(row.get(i), fields[i].dataType());
            out.endField(fields[i].name(), i);
        }
    }

    private void value(Object value, DataType type) {
        if (value instanceof String text) {
            out.addBinary(Binary.fromString(text));
        } else if (value instanceof Double number) {
            out.addDouble(number);
        } else if (value instanceof Long number) {
            out.addLong(number);
        } else if (value instanceof Integer number) {
            out.addInteger(number);
        } else {
            list((Row[]) value, (StructType) ((ArrayType) type).elementType());
        }
    }

    private void list(Row[] rows, StructType element) {
        out.startGroup();
        if (rows.length > 0) {
            out.startField("list", 0);
            for (Row row : rows) {
                out.startGroup();
                out.startField("element", 0);
                out.startGroup();
                fields(row, element);
                out.endGroup();
                out.endField("element", 0);
                out.endGroup();
            }
            out.endField("list", 0);
        }
        out.endGroup();
    }
}
