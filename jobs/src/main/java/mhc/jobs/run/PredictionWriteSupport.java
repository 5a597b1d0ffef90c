package mhc.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Writes predictions with the columns of {@link PredictionColumn}, lists and maps in Parquet's three-level layout. */
final class PredictionWriteSupport extends WriteSupport<Prediction> {
    /** Message type of a predictions file. */
    static final MessageType SCHEMA = schema();

    private final PartStamp stamp;
    private RecordConsumer out;

    /** @param stamp for the footer */
    PredictionWriteSupport(PartStamp stamp) {
        this.stamp = stamp;
    }

    private static MessageType schema() {
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

    @Override
    @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
    public WriteContext init(Configuration hadoop) {
        return new WriteContext(SCHEMA, stamp.metadata());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        out = consumer;
    }

    @Override
    public void write(Prediction prediction) {
        out.startMessage();
        for (PredictionColumn column : PredictionColumn.values()) {
            Object value = column.of(prediction);
            field(column.ordinal(), column.key(), () -> write(column.shape().form(), value));
        }
        out.endMessage();
    }

    private void write(PredictionColumn.Shape.Form form, Object value) {
        switch (form) {
            case ONE -> element(value);
            case LIST -> list((List<?>) value);
            case MAP -> map((Map<?, ?>) value);
        }
    }

    private void list(List<?> values) {
        group(() -> {
            if (!values.isEmpty()) {
                field(0, "list", () -> values.forEach(value -> group(() -> field(0, "element", () -> element(value)))));
            }
        });
    }

    /** Sorted, so that equal maps are equal bytes. */
    private void map(Map<?, ?> values) {
        group(() -> {
            if (!values.isEmpty()) {
                field(0, "key_value", () -> new TreeMap<>(values)
                        .forEach((key, value) -> group(() -> {
                            field(0, "key", () -> element(key));
                            field(1, "value", () -> element(value));
                        })));
            }
        });
    }

    private void element(Object value) {
        if (value instanceof String text) {
            out.addBinary(Binary.fromString(text));
        } else if (value instanceof Integer number) {
            out.addInteger(number);
        } else if (value instanceof Double number) {
            out.addDouble(number);
        } else if (value instanceof Boolean truth) {
            out.addBoolean(truth);
        } else {
            throw new IllegalArgumentException("A column of predictions holds " + value);
        }
    }

    private void group(Runnable content) {
        out.startGroup();
        content.run();
        out.endGroup();
    }

    private void field(int index, String name, Runnable content) {
        out.startField(name, index);
        content.run();
        out.endField(name, index);
    }
}
