package mhc.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.reports.PredictionSchema;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes predictions with the columns of {@link PredictionColumn}, lists and maps in Parquet's three-level layout. */
final class PredictionWriteSupport extends WriteSupport<Prediction> {
    private final PartStamp stamp;
    private RecordConsumer out;

    /** @param stamp for the footer */
    PredictionWriteSupport(PartStamp stamp) {
        this.stamp = stamp;
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract, although its successor is what is called
    public WriteContext init(Configuration hadoop) {
        return new WriteContext(PredictionSchema.WHOLE, stamp.metadata());
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
