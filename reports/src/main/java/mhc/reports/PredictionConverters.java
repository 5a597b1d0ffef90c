package mhc.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import mhc.eval.PredictionColumn;
import mhc.eval.PredictionColumn.Shape.Element;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;

/** Puts a file's columns together to rows, by the calls of Parquet's record assembly. */
final class PredictionConverters extends RecordMaterializer<PredictionRow> {
    private final GroupConverter root;
    private PredictionRow row;

    /** @param columns in the order of the projection */
    PredictionConverters(PredictionPart part, List<PredictionColumn> columns) {
        List<Converter> fields = columns.stream().map(this::field).toList();
        this.root = new Fields(fields) {
            @Override
            public void start() {
                row = new PredictionRow(part);
            }
        };
    }

    private Converter field(PredictionColumn column) {
        Consumer<Object> value = read -> row.set(column, read);
        Element element = column.shape().element();
        return switch (column.shape().form()) {
            case ONE -> new Cell(element, value);
            case LIST -> new ListCell(element, value);
            case MAP -> new MapCell(element, value);
        };
    }

    @Override
    public PredictionRow getCurrentRecord() {
        return row;
    }

    @Override
    public GroupConverter getRootConverter() {
        return root;
    }

    /** A group whose parts keep what they read. */
    private static class Fields extends GroupConverter {
        private final List<Converter> fields;

        Fields(List<Converter> fields) {
            this.fields = fields;
        }

        @Override
        public Converter getConverter(int field) {
            return fields.get(field);
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }

    /** {@code group list { repeated group list { element } }}. */
    private static final class ListCell extends GroupConverter {
        private final Consumer<Object> sink;
        private final Fields elements;
        private List<Object> values;
        private Object value;

        ListCell(Element element, Consumer<Object> sink) {
            this.sink = sink;
            this.elements = new Fields(List.of(new Cell(element, read -> value = read))) {
                @Override
                public void start() {
                    value = null;
                }

                @Override
                public void end() {
                    values.add(value);
                }
            };
        }

        @Override
        public Converter getConverter(int field) {
            return elements;
        }

        @Override
        public void start() {
            values = new ArrayList<>();
        }

        @Override
        public void end() {
            sink.accept(values);
        }
    }

    /** {@code group map { repeated group key_value { key, value } }}. */
    private static final class MapCell extends GroupConverter {
        private final Consumer<Object> sink;
        private final Fields entries;
        private Map<String, Object> values;
        private String key;
        private Object value;

        MapCell(Element element, Consumer<Object> sink) {
            this.sink = sink;
            Cell keys = new Cell(Element.TEXT, read -> key = (String) read);
            this.entries = new Fields(List.of(keys, new Cell(element, read -> value = read))) {
                @Override
                public void start() {
                    value = null;
                }

                @Override
                public void end() {
                    values.put(key, value);
                }
            };
        }

        @Override
        public Converter getConverter(int field) {
            return entries;
        }

        @Override
        public void start() {
            values = new TreeMap<>();
        }

        @Override
        public void end() {
            sink.accept(values);
        }
    }

    /** A single value. Texts that stand in a dictionary are made once for all rows that hold them. */
    private static final class Cell extends PrimitiveConverter {
        private final Element element;
        private final Consumer<Object> sink;
        private String[] texts;

        Cell(Element element, Consumer<Object> sink) {
            this.element = element;
            this.sink = sink;
        }

        @Override
        public boolean hasDictionarySupport() {
            return element == Element.TEXT;
        }

        @Override
        public void setDictionary(Dictionary dictionary) {
            texts = new String[dictionary.getMaxId() + 1];
            for (int id = 0; id < texts.length; id++) {
                texts[id] = dictionary.decodeToBinary(id).toStringUsingUTF8();
            }
        }

        @Override
        public void addValueFromDictionary(int id) {
            sink.accept(texts[id]);
        }

        @Override
        public void addBinary(Binary value) {
            sink.accept(value.toStringUsingUTF8());
        }

        @Override
        public void addInt(int value) {
            sink.accept(value);
        }

        @Override
        public void addDouble(double value) {
            sink.accept(value);
        }

        @Override
        public void addBoolean(boolean value) {
            sink.accept(value);
        }
    }
}
