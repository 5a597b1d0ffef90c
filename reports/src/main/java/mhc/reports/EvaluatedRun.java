package mhc.reports;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * A run directory as listed once: {@code predictions/model=M/benchmark=B/part-*.parquet}. Files and folders whose names
 * begin with {@code _} or {@code .} are not data.
 *
 * @param files by benchmark, then by model, in name order
 * @param shown names under which its models are reported, where these differ from those of the folders
 */
record EvaluatedRun(
        Path directory,
        RunDescription description,
        Map<String, Map<String, List<Path>>> files,
        Map<String, String> shown) {
    /** Folder of the predictions in a run directory. */
    static final String PREDICTIONS = "predictions";

    /** Names of their files. */
    static final String PARTS = "part-*.parquet";

    /** A run whose manifest is yet to be written and will say what {@code description} does. */
    static EvaluatedRun finishing(String uri, SparkSession spark, RunDescription description) {
        EvaluatedRun listed = listed(uri, spark.sparkContext().hadoopConfiguration());
        return new EvaluatedRun(listed.directory, description, listed.files, listed.shown);
    }

    /** @throws InputException when there are no predictions at {@code uri}, or the run is not finished */
    static EvaluatedRun at(String uri, SparkSession spark, ReportOptions options) {
        EvaluatedRun run = listed(uri, spark.sparkContext().hadoopConfiguration());
        if (options.unfinished() == ReportOptions.Unfinished.REFUSED
                && run.description.state() == RunDescription.State.UNFINISHED) {
            throw new InputException("Run " + uri + " is not finished (it has no manifest.json):"
                    + " finish it, or give --partial to report on what there is");
        }
        return run;
    }

    private static EvaluatedRun listed(String uri, Configuration hadoop) {
        Location location = Location.of("Run directory", uri, hadoop);
        FileSystem fileSystem = location.files();
        Path directory = location.path();
        try {
            if (!fileSystem.exists(directory)) {
                throw new InputException("Run directory " + uri + " does not exist: check the path");
            }
            Map<String, Map<String, List<Path>>> files = list(fileSystem, new Path(directory, PREDICTIONS));
            if (files.isEmpty()) {
                throw new InputException("Run directory " + uri
                        + " holds no predictions: give a directory that a run was written to, or finish its run first");
            }
            return new EvaluatedRun(directory, RunDescription.read(fileSystem, directory), files, Map.of());
        } catch (IOException e) {
            throw new InputException(
                    "Run directory " + uri + " cannot be read (" + e.getMessage() + "): check the path and its access",
                    e);
        }
    }

    /** The one of some runs that a model stands in. */
    static EvaluatedRun of(String model, List<EvaluatedRun> runs) {
        return runs.stream()
                .filter(run -> run.models().contains(model))
                .findFirst()
                .orElseThrow();
    }

    /** The same run with its models under other names. */
    EvaluatedRun showing(Map<String, String> names) {
        return new EvaluatedRun(directory, description, files, names);
    }

    String shown(String model) {
        return shown.getOrDefault(model, model);
    }

    ModelFacts facts(String shownModel) {
        return description.facts().entrySet().stream()
                .filter(entry -> shown(entry.getKey()).equals(shownModel))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(ModelFacts.NONE);
    }

    private static Map<String, Map<String, List<Path>>> list(FileSystem fileSystem, Path predictions)
            throws IOException {
        Map<String, Map<String, List<Path>>> files = new TreeMap<>();
        for (Path model : children(fileSystem, predictions, "model=")) {
            for (Path benchmark : children(fileSystem, model, "benchmark=")) {
                List<Path> parts = children(fileSystem, benchmark, "part-").stream()
                        .filter(part -> part.getName().endsWith(".parquet"))
                        .toList();
                if (!parts.isEmpty()) {
                    files.computeIfAbsent(value(benchmark), name -> new TreeMap<>())
                            .put(value(model), parts);
                }
            }
        }
        return files;
    }

    private static List<Path> children(FileSystem fileSystem, Path parent, String prefix) throws IOException {
        List<Path> children = new ArrayList<>();
        try {
            for (FileStatus child : fileSystem.listStatus(parent)) {
                if (child.getPath().getName().startsWith(prefix)) {
                    requireContent(child);
                    children.add(child.getPath());
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        children.sort(null);
        return children;
    }

    /** Spark passes over empty files without a word. */
    private static void requireContent(FileStatus file) {
        if (file.isFile() && file.getLen() == 0 && file.getPath().getName().endsWith(".parquet")) {
            throw new InputException(PredictionPart.damage(file.getPath().toString()));
        }
    }

    private static String value(Path partition) {
        return partition.getName().substring(partition.getName().indexOf('=') + 1);
    }

    /** Models with predictions, as they are shown: those of the configuration in its order, then any others by name. */
    List<String> models() {
        List<String> present = files.values().stream()
                .flatMap(byModel -> byModel.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        List<String> ordered = new ArrayList<>(description.models());
        ordered.retainAll(present);
        present.stream().filter(model -> !ordered.contains(model)).forEach(ordered::add);
        return ordered.stream().map(this::shown).toList();
    }

    /** All files, in the order of benchmarks, models and names. */
    Stream<PredictionPart> parts() {
        return files.entrySet().stream().flatMap(benchmark -> benchmark.getValue().entrySet().stream()
                .flatMap(model -> model.getValue().stream()
                        .map(path -> new PredictionPart(shown(model.getKey()), benchmark.getKey(), path.toString()))));
    }

    /** Folders of the files. */
    Stream<Path> partitions() {
        return files.values().stream()
                .flatMap(byModel -> byModel.values().stream())
                .map(parts -> parts.get(0).getParent());
    }
}
