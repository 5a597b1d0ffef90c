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

/** Writes the predictions of small run directories. */
final class RunFixture {
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
            boolean truncated,
            String prompt,
            String extracted) {

        Example(
                String id,
                String task,
                String cluster,
                String protocol,
                String version,
                int shots,
                Map<String, Double> metrics,
                String failure,
                boolean truncated) {
            this(id, task, cluster, protocol, version, shots, metrics, failure, truncated, "00", "A");
        }

        static Example of(String id, Map<String, Double> metrics) {
            return new Example(id, "", id, "paper", "1", 0, metrics, "", false);
        }

        static Example failed(String id) {
            return new Example(id, "", id, "paper", "1", 0, Map.of(), "model: the device was lost", false);
        }

        Example task(String name) {
            return new Example(
                    id, name, cluster, protocol, version, shots, metrics, failure, truncated, prompt, extracted);
        }

        Example cluster(String name) {
            return new Example(
                    id, task, name, protocol, version, shots, metrics, failure, truncated, prompt, extracted);
        }

        Example asked(String newProtocol, String newVersion, int newShots) {
            return new Example(
                    id,
                    task,
                    cluster,
                    newProtocol,
                    newVersion,
                    newShots,
                    metrics,
                    failure,
                    truncated,
                    prompt,
                    extracted);
        }

        Example prompt(String hash) {
            return new Example(
                    id, task, cluster, protocol, version, shots, metrics, failure, truncated, hash, extracted);
        }

        /** A generated text from which nothing was taken. */
        Example unanswered() {
            return new Example(
                    id, task, cluster, protocol, version, shots, metrics, failure, truncated, prompt, "[invalid]");
        }

        /** Whether options are chosen from. */
        boolean isChoice() {
            return metrics.keySet().stream().anyMatch(metric -> metric.startsWith("acc"));
        }

        Example cut() {
            return new Example(id, task, cluster, protocol, version, shots, metrics, failure, true, prompt, extracted);
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
                    PredictionWriter.write(
                            folder.resolve("part-%05d.parquet".formatted(part)),
                            files.get(part).stream().map(RunFixture::row).toList());
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

    private static Prediction row(Example example) {
        return new Prediction(
                example.id(),
                example.task(),
                example.cluster(),
                example.protocol(),
                example.version(),
                example.shots(),
                example.prompt(),
                "Question",
                example.isChoice() ? List.of(" A", " B") : List.of(),
                example.isChoice() ? List.of(-1.5, -2.5) : List.of(),
                example.isChoice() ? List.of(1, 1) : List.of(),
                example.isChoice() ? "" : "It is A.",
                example.isChoice() ? Map.of() : Map.of("none", example.extracted()),
                List.of("A"),
                example.metrics(),
                example.failure(),
                example.truncated(),
                "",
                "none",
                12,
                0,
                1,
                0.25);
    }
}
