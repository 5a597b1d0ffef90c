package mhc.jobs.run;

import static mhc.eval.PredictionColumn.CLUSTER;
import static mhc.eval.PredictionColumn.CONTEXT;
import static mhc.eval.PredictionColumn.CONTINUATIONS;
import static mhc.eval.PredictionColumn.EXTRACTED;
import static mhc.eval.PredictionColumn.GOLD;
import static mhc.eval.PredictionColumn.ID;
import static mhc.eval.PredictionColumn.KERNELS;
import static mhc.eval.PredictionColumn.LOGLIKELIHOODS;
import static mhc.eval.PredictionColumn.METRICS;
import static mhc.eval.PredictionColumn.NEW_TOKENS;
import static mhc.eval.PredictionColumn.PROMPT_TOKENS;
import static mhc.eval.PredictionColumn.PROTOCOL;
import static mhc.eval.PredictionColumn.RAW;
import static mhc.eval.PredictionColumn.REASON;
import static mhc.eval.PredictionColumn.REQUEST_HASH;
import static mhc.eval.PredictionColumn.REUSED_TOKENS;
import static mhc.eval.PredictionColumn.SECONDS;
import static mhc.eval.PredictionColumn.SHOTS;
import static mhc.eval.PredictionColumn.STOP;
import static mhc.eval.PredictionColumn.TASK;
import static mhc.eval.PredictionColumn.TOKENS;
import static mhc.eval.PredictionColumn.TRUNCATED;
import static mhc.eval.PredictionColumn.VERSION;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;

/** Reads one shard's predictions back, as {@link PredictionFile} wrote them. */
final class PredictionRows {
    private PredictionRows() {}

    static List<Prediction> read(Configuration hadoop, Path file) throws IOException {
        List<Prediction> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(new GroupReadSupport(), file)
                .withConf(hadoop)
                .build()) {
            for (Group group = reader.read(); group != null; group = reader.read()) {
                rows.add(row(group));
            }
        }
        return rows;
    }

    private static Prediction row(Group group) {
        Map<PredictionColumn, Object> values = new EnumMap<>(PredictionColumn.class);
        for (PredictionColumn column : PredictionColumn.values()) {
            values.put(column, value(group, column));
        }
        return new Prediction(
                (String) values.get(ID),
                (String) values.get(TASK),
                (String) values.get(CLUSTER),
                (String) values.get(PROTOCOL),
                (String) values.get(VERSION),
                (int) values.get(SHOTS),
                (String) values.get(REQUEST_HASH),
                (String) values.get(CONTEXT),
                list(values.get(CONTINUATIONS)),
                list(values.get(LOGLIKELIHOODS)),
                list(values.get(TOKENS)),
                (String) values.get(RAW),
                map(values.get(EXTRACTED)),
                list(values.get(GOLD)),
                map(values.get(METRICS)),
                (String) values.get(REASON),
                (boolean) values.get(TRUNCATED),
                (String) values.get(STOP),
                (String) values.get(KERNELS),
                (int) values.get(PROMPT_TOKENS),
                (int) values.get(REUSED_TOKENS),
                (int) values.get(NEW_TOKENS),
                (double) values.get(SECONDS));
    }

    @SuppressWarnings("unchecked") // the column's shape says what its list holds
    private static <T> List<T> list(Object value) {
        return (List<T>) value;
    }

    @SuppressWarnings("unchecked") // the column's shape says what its map holds
    private static <T> Map<String, T> map(Object value) {
        return (Map<String, T>) value;
    }

    private static Object value(Group group, PredictionColumn column) {
        Element element = column.shape().element();
        return switch (column.shape().form()) {
            case ONE -> element(group, column.key(), element);
            case LIST -> {
                Group list = group.getGroup(column.key(), 0);
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
                    values.add(element(list.getGroup(0, i), "element", element));
                }
                yield values;
            }
            case MAP -> {
                Group map = group.getGroup(column.key(), 0);
                Map<String, Object> values = new LinkedHashMap<>();
                for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
                    Group entry = map.getGroup(0, i);
                    values.put(entry.getString("key", 0), element(entry, "value", element));
                }
                yield values;
            }
        };
    }

    private static Object element(Group group, String name, Element element) {
        return switch (element) {
            case TEXT -> group.getString(name, 0);
            case INTEGER -> group.getInteger(name, 0);
            case DOUBLE -> group.getDouble(name, 0);
            case BOOLEAN -> group.getBoolean(name, 0);
        };
    }
}
