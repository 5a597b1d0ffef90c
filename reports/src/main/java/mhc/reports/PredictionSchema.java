package mhc.reports;

import java.util.List;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The columns of {@link PredictionColumn} in Parquet's types, lists and maps in the three-level layout. */
public final class PredictionSchema {
    /** Message type of a predictions file. */
    public static final MessageType WHOLE = whole();

    private PredictionSchema() {}

    private static MessageType whole() {
        Types.MessageTypeBuilder message = Types.buildMessage();
        for (PredictionColumn column : PredictionColumn.values()) {
            message.addField(type(column));
        }
        return message.named("prediction");
    }

    private static Type type(PredictionColumn column) {
        PrimitiveTypeName element =
                switch (column.shape().element()) {
                    case TEXT -> PrimitiveTypeName.BINARY;
                    case INTEGER -> PrimitiveTypeName.INT32;
                    case DOUBLE -> PrimitiveTypeName.DOUBLE;
                    case BOOLEAN -> PrimitiveTypeName.BOOLEAN;
                };
        LogicalTypeAnnotation text = LogicalTypeAnnotation.stringType();
        LogicalTypeAnnotation logical = column.shape().element() == Element.TEXT ? text : null;
        return switch (column.shape().form()) {
            case ONE -> Types.required(element).as(logical).named(column.key());
            case LIST ->
                Types.requiredList().requiredElement(element).as(logical).named(column.key());
            case MAP ->
                Types.requiredMap()
                        .key(PrimitiveTypeName.BINARY)
                        .as(text)
                        .requiredValue(element)
                        .as(logical)
                        .named(column.key());
        };
    }

    /** Whether a field of a file is a column of predictions; other writers may have made it or its elements optional. */
    static boolean holds(MessageType file, PredictionColumn column) {
        return file.containsField(column.key()) && isLike(file.getType(column.key()), WHOLE.getType(column.key()));
    }

    private static boolean isLike(Type found, Type wanted) {
        if (!found.getName().equals(wanted.getName())
                || found.isPrimitive() != wanted.isPrimitive()
                || found.isRepetition(Type.Repetition.REPEATED) != wanted.isRepetition(Type.Repetition.REPEATED)) {
            return false;
        }
        if (found.isPrimitive()) {
            return found.asPrimitiveType().getPrimitiveTypeName()
                    == wanted.asPrimitiveType().getPrimitiveTypeName();
        }
        List<Type> fields = found.asGroupType().getFields();
        List<Type> others = wanted.asGroupType().getFields();
        if (fields.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (!isLike(fields.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }
}
