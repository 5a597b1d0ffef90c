package mhc.reports;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;

/** Writes prediction files as a run does, with Parquet's own example writer. */
final class PredictionWriter {
    private PredictionWriter() {}

    static void write(Path file, Iterable<Prediction> predictions) throws IOException {
        Configuration hadoop = new Configuration();
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toUri());
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(HadoopOutputFile.fromPath(path, hadoop))
                .withType(PredictionSchema.WHOLE)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (Prediction prediction : predictions) {
                writer.write(row(prediction));
            }
        }
    }

    private static Group row(Prediction prediction) {
        Group row = new SimpleGroup(PredictionSchema.WHOLE);
        for (PredictionColumn column : PredictionColumn.values()) {
            Object value = column.of(prediction);
            switch (column.shape().form()) {
                case ONE -> add(row, column.key(), value);
                case LIST -> {
                    Group list = row.addGroup(column.key());
                    ((List<?>) value).forEach(element -> add(list.addGroup("list"), "element", element));
                }
                case MAP -> {
                    Group map = row.addGroup(column.key());
                    ((Map<?, ?>) value).forEach((key, element) -> {
                        Group entry = map.addGroup("key_value");
                        add(entry, "key", key);
                        add(entry, "value", element);
                    });
                }
            }
        }
        return row;
    }

    private static void add(Group group, String name, Object value) {
        if (value instanceof String text) {
            group.add(name, text);
        } else if (value instanceof Integer number) {
            group.add(name, number);
        } else if (value instanceof Double number) {
            group.add(name, number);
        } else {
            group.add(name, (Boolean) value);
        }
    }
}
