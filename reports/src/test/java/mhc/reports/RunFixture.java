package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes run directories whose files have exactly {@link Prediction#PARQUET_SCHEMA}. */
final class RunFixture {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType(Prediction.PARQUET_SCHEMA);

    private final Path directory;
    private final Map<String, List<Example>> byPartition = new TreeMap<>();

    /** One row; {@code failure} is empty for an answered example. */
    record Example(
            String id,
            String task,
            String cluster,
            String protocol,
            String version,
            int shots,
            Map<String, Double> metrics,
            String failure,
            boolean truncated) {

        static Example of(String id, Map<String, Double> metrics) {
            return new Example(id, "", id, "paper", "1", 0, metrics, "", false);
        }

        static Example failed(String id) {
            return new Example(id, "", id, "paper", "1", 0, Map.of(), "the device was lost", false);
        }

        Example task(String name) {
            return new Example(id, name, cluster, protocol, version, shots, metrics, failure, truncated);
        }

        Example cluster(String name) {
            return new Example(id, task, name, protocol, version, shots, metrics, failure, truncated);
        }

        Example asked(String newProtocol, String newVersion, int newShots) {
            return new Example(id, task, cluster, newProtocol, newVersion, newShots, metrics, failure, truncated);
        }

        Example cut() {
            return new Example(id, task, cluster, protocol, version, shots, metrics, failure, true);
        }
    }

    RunFixture(Path directory) {
        this.directory = directory;
    }

    RunFixture add(String model, String benchmark, Example... examples) {
        byPartition
                .computeIfAbsent("model=" + model + "/benchmark=" + benchmark, key -> new ArrayList<>())
                .addAll(List.of(examples));
        return this;
    }

    /** Deals the rows of each partition to {@code parts} files, from the last to the first when {@code reversed}. */
    String write(int parts, boolean reversed) {
        try {
            for (Map.Entry<String, List<Example>> partition : byPartition.entrySet()) {
                Path folder = Files.createDirectories(directory.resolve("predictions/" + partition.getKey()));
                List<List<Example>> files = new ArrayList<>();
                for (int part = 0; part < parts; part++) {
                    files.add(new ArrayList<>());
                }
                int next = 0;
                for (Example example : partition.getValue()) {
                    List<Example> file = files.get(next++ % parts);
                    file.add(reversed ? 0 : file.size(), example);
                }
                for (int part = 0; part < parts; part++) {
                    write(folder.resolve("part-%05d.parquet".formatted(part)), files.get(part));
                }
            }
            return directory.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String write() {
        return write(1, false);
    }

    private static void write(Path file, List<Example> examples) throws IOException {
        Configuration hadoop = new Configuration();
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toUri());
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(HadoopOutputFile.fromPath(path, hadoop))
                .withType(SCHEMA)
                .build()) {
            for (Example example : examples) {
                writer.write(row(example));
            }
        }
    }

    private static Group row(Example example) {
        Group row = new SimpleGroup(SCHEMA);
        row.add("id", example.id());
        row.add("task", example.task());
        row.add("cluster", example.cluster());
        row.add("protocol", example.protocol());
        row.add("version", example.version());
        row.add("shots", example.shots());
        row.add("request_hash", "00");
        row.add("context", "Question");
        row.addGroup("continuations").addGroup("list").add("element", " A");
        row.addGroup("loglikelihoods").addGroup("list").add("element", -1.5);
        row.addGroup("tokens").addGroup("list").add("element", 1);
        row.add("raw", "");
        row.addGroup("extracted");
        row.addGroup("gold").addGroup("list").add("element", "A");
        Group metrics = row.addGroup("metrics");
        example.metrics()
                .forEach((metric, value) ->
                        metrics.addGroup("key_value").append("key", metric).append("value", value));
        row.add("status", example.failure().isEmpty() ? Prediction.OK : Prediction.FAILED);
        row.add("reason", example.failure());
        row.add("truncated", example.truncated());
        row.add("stop", "");
        row.add("kernels", "none");
        row.add("prompt_tokens", 12);
        row.add("reused_tokens", 0);
        row.add("new_tokens", 1);
        row.add("seconds", 0.25);
        return row;
    }
}
