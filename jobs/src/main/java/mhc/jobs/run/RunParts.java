package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The part files of one run, held against what the run was started with: only a part of its own is committed. */
public final class RunParts {
    private final RunDirectory directory;
    private final JsonNode start;
    private final Configuration hadoop;
    private final Map<String, PartOrigin.Source> sources = new ConcurrentHashMap<>();
    private final Map<String, String> checksums = new HashMap<>();

    /**
     * A part file that does not count, and why.
     *
     * @param part path from the run directory
     * @param what a clause such as {@code is of another run}
     */
    public record Fault(String part, String what) {
        @Override
        public String toString() {
            return part + " " + what;
        }
    }

    /** How far {@link #faults} reads. */
    public enum Depth {
        /** The stamp in the footer. */
        FOOTER,
        /** Every row, and every byte where a manifest tells its checksum. */
        CONTENT
    }

    /** @param start what the run was started with: its caller's, as another run may have written its own since */
    public RunParts(RunDirectory directory, JsonNode start) {
        this.directory = directory;
        this.start = start;
        this.hadoop = directory.hadoop();
        directory.manifest().ifPresent(manifest -> manifest.path("parts")
                .forEach(part -> checksums.put(
                        part.path("path").asText(), part.path("sha256").asText())));
    }

    /** Indices of the shards that are committed to {@code depth}; the others' files are added to {@code faults}. */
    public TreeSet<Integer> committed(String model, String benchmark, Depth depth, List<Fault> faults) {
        List<Integer> present = List.copyOf(directory.committed(model, benchmark));
        List<Optional<Fault>> checked = present.parallelStream()
                .map(shard -> fault(model, benchmark, shard, depth))
                .toList();
        TreeSet<Integer> sound = new TreeSet<>();
        for (int i = 0; i < present.size(); i++) {
            if (checked.get(i).isPresent()) {
                faults.add(checked.get(i).get());
            } else {
                sound.add(present.get(i));
            }
        }
        return sound;
    }

    private Optional<Fault> fault(String model, String benchmark, int shard, Depth depth) {
        Path part = directory.part(model, benchmark, shard);
        PartOrigin expected = sources.computeIfAbsent(model, name -> PartOrigin.Source.of(start, name))
                .part(model, benchmark, shard);
        String what;
        try {
            Optional<PartStamp> stamp = PartStamp.read(hadoop, part);
            what = stamp.isEmpty()
                    ? "has no stamp of a run"
                    : difference(expected, stamp.get().origin());
            if (what.isEmpty() && depth == Depth.CONTENT) {
                what = content(part, stamp.get());
            }
        } catch (FileNotFoundException e) {
            what = "is missing";
        } catch (IOException | RuntimeException e) { // Parquet throws many kinds at bytes that are not its own
            what = "cannot be read (" + Reason.root(e) + "): it is truncated or was edited";
        }
        return what.isEmpty() ? Optional.empty() : Optional.of(new Fault(directory.relative(part), what));
    }

    private static String difference(PartOrigin origin, PartOrigin actual) {
        PartOrigin.Source expected = origin.source();
        PartOrigin.Source found = actual.source();
        if (!expected.model().equals(found.model())) {
            return "is of a model with other files (fingerprint " + found.model() + " instead of " + expected.model()
                    + ")";
        }
        if (!expected.build().equals(found.build())) {
            return "is of another build (" + found.build() + " instead of " + expected.build() + ")";
        }
        if (!expected.run().equals(found.run())) {
            return "is of another run";
        }
        return origin.part().equals(actual.part()) ? "" : "holds the rows of shard " + actual.part();
    }

    private String content(Path part, PartStamp stamp) throws IOException {
        if (!PartStamp.of(stamp.origin(), PredictionRows.read(hadoop, part)).equals(stamp)) {
            return "was edited: its rows are not those it was stamped for";
        }
        String recorded = checksums.get(directory.relative(part));
        return recorded == null || recorded.equals(directory.checksum(part))
                ? ""
                : "was edited: its checksum is not the manifest's";
    }

    /**
     * Path, SHA-256, host and device of every part, for the manifest.
     *
     * @throws InputException when a part of the run is not there or is not its own, or files of another run are there
     */
    public ArrayNode list() {
        List<Fault> faults = new ArrayList<>();
        TreeSet<String> own = new TreeSet<>();
        for (JsonNode model : start.path("models")) {
            for (JsonNode benchmark : start.path("benchmarks")) {
                String name = model.path("name").asText();
                String of = benchmark.path("name").asText();
                for (int shard = 0; shard < benchmark.path("shards").asInt(); shard++) {
                    fault(name, of, shard, Depth.FOOTER).ifPresent(faults::add);
                    own.add(directory.relative(directory.part(name, of, shard)));
                }
            }
        }
        for (Path part : directory.parts()) {
            if (!own.contains(directory.relative(part))) {
                faults.add(new Fault(directory.relative(part), "is no part of this run"));
            }
        }
        if (!faults.isEmpty()) {
            throw new InputException("In run directory " + directory.root() + ", " + faults.get(0)
                    + (faults.size() == 1 ? "" : " (and " + (faults.size() - 1) + " more)")
                    + ": see that no other process writes there, remove"
                    + " what is not the run's, and start the same run again");
        }
        ArrayNode list = RunDirectory.object().arrayNode();
        List.copyOf(own).parallelStream().map(this::listed).toList().forEach(list::add);
        return list;
    }

    private ObjectNode listed(String path) {
        Path part = new Path(directory.root(), path);
        try {
            PartOrigin origin = PartStamp.read(hadoop, part).orElseThrow().origin();
            return RunDirectory.object()
                    .put("path", path)
                    .put("sha256", directory.checksum(part))
                    .put("host", origin.host())
                    .put("device", origin.device());
        } catch (IOException | NoSuchElementException e) {
            throw new InputException(
                    part + " changed while it was read: see that no other process writes there, and start the same run"
                            + " again",
                    e);
        }
    }
}
