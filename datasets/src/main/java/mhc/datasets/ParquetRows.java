package mhc.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Rows of a Parquet file as JSON objects, so that a table reads alike from JSON Lines and from Parquet. Lists may have
 * the standard three levels or the older two.
 */
final class ParquetRows {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParquetRows() {}

    static Map<String, Head.Shape> fields(DataFile file) {
        try (ParquetFileReader reader = ParquetFiles.open(file.path(), file.hadoop())) {
            Map<String, Head.Shape> fields = new LinkedHashMap<>();
            for (Type field : reader.getFileMetaData().getSchema().getFields()) {
                fields.put(field.getName(), shape(field));
            }
            return fields;
        } catch (IOException | RuntimeException e) {
            throw damaged(file, e);
        }
    }

    /** All rows in order, only the named columns. */
    static void read(DataFile file, Set<String> columns, Consumer<ObjectNode> rows) {
        long number = 0;
        try (ParquetFileReader reader = ParquetFiles.open(file.path(), file.hadoop())) {
            MessageType schema = reader.getFileMetaData().getSchema();
            List<Type> wanted = schema.getFields().stream()
                    .filter(field -> columns.contains(field.getName()))
                    .toList();
            MessageType projection = new MessageType(schema.getName(), wanted);
            reader.setRequestedSchema(projection);
            ColumnIOFactory columnIo = new ColumnIOFactory();
            PageReadStore pages = reader.readNextRowGroup();
            while (pages != null) {
                RecordReader<Group> records = columnIo.getColumnIO(projection, schema)
                        .getRecordReader(pages, new GroupRecordConverter(projection));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    number++;
                    rows.accept(object(records.read()));
                }
                pages = reader.readNextRowGroup();
            }
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw number == 0 ? damaged(file, e) : damagedAt(file, number, e);
        }
    }

    private static InputException damaged(DataFile file, Exception cause) {
        return new InputException(
                "%s: this is not a whole Parquet file (%s); it is cut short or damaged: fetch it again"
                        .formatted(file, Reason.of(cause)),
                cause);
    }

    private static InputException damagedAt(DataFile file, long row, Exception cause) {
        return new InputException(
                "%s, row %d: the Parquet file is damaged here (%s); fetch it again"
                        .formatted(file, row, Reason.of(cause)),
                cause);
    }

    private static ObjectNode object(Group group) {
        ObjectNode object = JSON.objectNode();
        GroupType type = group.getType();
        for (int field = 0; field < type.getFieldCount(); field++) {
            Type fieldType = type.getType(field);
            int count = group.getFieldRepetitionCount(field);
            if (fieldType.isRepetition(Type.Repetition.REPEATED)) {
                ArrayNode list = object.putArray(fieldType.getName());
                for (int i = 0; i < count; i++) {
                    list.add(value(group, field, i));
                }
            } else if (count > 0) {
                object.set(fieldType.getName(), value(group, field, 0));
            }
        }
        return object;
    }

    private static JsonNode value(Group group, int field, int index) {
        Type type = group.getType().getType(field);
        if (type.isPrimitive()) {
            return primitive(group, field, index);
        }
        Group inner = group.getGroup(field, index);
        return isList(type) ? list(inner) : object(inner);
    }

    private static ArrayNode list(Group group) {
        ArrayNode list = JSON.arrayNode();
        for (int i = 0; i < group.getFieldRepetitionCount(0); i++) {
            Type repeated = group.getType().getType(0);
            if (isElementWrapper(repeated)) {
                Group element = group.getGroup(0, i);
                list.add(element.getFieldRepetitionCount(0) == 0 ? JSON.nullNode() : value(element, 0, 0));
            } else {
                list.add(value(group, 0, i));
            }
        }
        return list;
    }

    private static JsonNode primitive(Group group, int field, int index) {
        return switch (group.getType().getType(field).asPrimitiveType().getPrimitiveTypeName()) {
            case BINARY, FIXED_LEN_BYTE_ARRAY ->
                JSON.textNode(group.getBinary(field, index).toStringUsingUTF8());
            case INT32 -> JSON.numberNode(group.getInteger(field, index));
            case INT64 -> JSON.numberNode(group.getLong(field, index));
            case FLOAT -> JSON.numberNode(group.getFloat(field, index));
            case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
            case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
            case INT96 -> JSON.nullNode();
        };
    }

    private static Head.Shape shape(Type type) {
        if (type.isRepetition(Type.Repetition.REPEATED) || isList(type)) {
            return Head.Shape.LIST;
        }
        if (!type.isPrimitive()) {
            return Head.Shape.OBJECT;
        }
        return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
            case BINARY, FIXED_LEN_BYTE_ARRAY -> Head.Shape.TEXT;
            case INT32, INT64, FLOAT, DOUBLE -> Head.Shape.NUMBER;
            case BOOLEAN, INT96 -> Head.Shape.OTHER;
        };
    }

    private static boolean isList(Type type) {
        return type.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation;
    }

    /** The middle level of a three-level list: one field, and not one of the names that older two-level writers used. */
    private static boolean isElementWrapper(Type repeated) {
        return !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && !repeated.getName().equals("array")
                && !repeated.getName().endsWith("_tuple");
    }
}
