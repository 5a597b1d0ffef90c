package mhc.jobs.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.datasets.Reason;
import mhc.datasets.Sha256;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The directory of one run, on any Hadoop file system: {@code predictions/}, {@code scores/}, {@code comparison/},
 * reports, and {@code manifest.json}, written last. What the run was started with stands in {@code _run.json}, so that
 * a second start can tell a continuation from a different run.
 */
public final class RunDirectory {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final Pattern PART = Pattern.compile("part-(\\d+)\\.parquet");

    private final Path root;
    private final FileSystem files;

    private RunDirectory(Path root, FileSystem files) {
        this.root = root;
        this.files = files;
    }

    /** The directory at {@code uri}, which need not exist. */
    public static RunDirectory at(String uri, Configuration hadoop) {
        Location location = Location.of("Run directory", uri, hadoop);
        return new RunDirectory(location.path(), location.files());
    }

    public Path root() {
        return root;
    }

    /** The file by which one process owns the directory. */
    LeaseFile lease() {
        return LeaseFile.of(new Path(root, RunLease.FILE), files);
    }

    /** Seconds since that file was written, if the clocks of this host and of the file system agree. */
    long sinceLease() throws IOException {
        long written = files.getFileStatus(new Path(root, RunLease.FILE)).getModificationTime();
        return Math.max(0, (System.currentTimeMillis() - written) / 1000);
    }

    /** Where a shard's rows go; that the file is there with the run's stamp is the shard's commit. */
    public Path part(String model, String benchmark, int shard) {
        return new Path(folder(model, benchmark), "part-%05d.parquet".formatted(shard));
    }

    /** Where executors that hang at a shard note it. */
    public HangNotes hangs(PartOrigin origin) {
        return new HangNotes(files, new Path(root, "_hangs/" + origin.source().run() + "/" + origin.part()));
    }

    /** Shards with a part file, whatever run it is of: see {@link RunParts}. */
    public TreeSet<Integer> committed(String model, String benchmark) {
        TreeSet<Integer> committed = new TreeSet<>();
        try {
            for (FileStatus file : files.listStatus(folder(model, benchmark))) {
                Matcher part = PART.matcher(file.getPath().getName());
                if (part.matches()) {
                    committed.add(Integer.valueOf(part.group(1)));
                }
            }
        } catch (FileNotFoundException e) {
            return committed;
        } catch (IOException e) {
            throw unreadable(e);
        }
        return committed;
    }

    /** Folder of a model's part files of one benchmark. */
    Path folder(String model, String benchmark) {
        return new Path(root, "predictions/model=" + model + "/benchmark=" + benchmark);
    }

    /**
     * Takes the directory for a run: creates it, or continues the same run in it. A run that has not committed anything
     * is replaced.
     *
     * @param start everything that rows depend on, and under {@code config.faults} and {@code config.cache} what may be
     *     another value when the run is continued
     * @throws InputException when the directory holds another run (naming what changed), something else, or is not
     *     writable
     */
    public void claim(ObjectNode start) {
        try {
            Optional<JsonNode> before = read("_run.json");
            if (before.isPresent() && !parts().isEmpty()) {
                requireSame(before.get(), start);
                if (!before.get().equals(start)) {
                    write("_run.json", start);
                }
            } else if (before.isPresent()) {
                write("_run.json", start);
            } else if (files.exists(root) && files.listStatus(root, RunDirectory::isVisible).length > 0) {
                throw new InputException("Run directory " + root
                        + " holds files that are not a run of mhc-eval: give an empty or new directory to out");
            } else {
                files.mkdirs(root);
                write("_run.json", start);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** All part files below the directory, whatever run they are of. */
    List<Path> parts() {
        List<Path> parts = new ArrayList<>();
        try {
            addParts(new Path(root, "predictions"), parts);
        } catch (IOException e) {
            throw unreadable(e);
        }
        return parts;
    }

    /** Asks of no file more than its name: those that are being written beside the parts come and go. */
    private void addParts(Path folder, List<Path> parts) throws IOException {
        FileStatus[] children;
        try {
            children = files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return;
        }
        for (FileStatus child : children) {
            if (child.isDirectory()) {
                addParts(child.getPath(), parts);
            } else if (PART.matcher(child.getPath().getName()).matches()) {
                parts.add(child.getPath());
            }
        }
    }

    /** Path of a file of this directory, from its root. */
    String relative(Path file) {
        return root.toUri().relativize(file.toUri()).getPath().replaceFirst("^/", "");
    }

    /** SHA-256 (hex) of a file's bytes. */
    String checksum(Path file) {
        try (InputStream in = files.open(file)) {
            return Sha256.of(in);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Takes part files away, so that their shards are evaluated again. */
    public void discard(List<RunParts.Fault> faults) {
        try {
            for (RunParts.Fault fault : faults) {
                files.delete(new Path(root, fault.part()), false);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    public Configuration hadoop() {
        return files.getConf();
    }

    /** As Spark sees it: names that begin with a dot or an underscore are not data. */
    private static boolean isVisible(Path path) {
        return !path.getName().startsWith(".") && !path.getName().startsWith("_");
    }

    private void requireSame(JsonNode before, JsonNode now) {
        List<String> changes = RunIdentity.changes(before, now);
        if (!changes.isEmpty()) {
            throw new InputException("Run directory " + root + " holds another run (" + String.join("; ", changes)
                    + "): give a new directory to out, or start it as it was started to continue it");
        }
    }

    /** What the run was started with. */
    JsonNode start() {
        try {
            return read("_run.json")
                    .orElseThrow(() -> new InputException(root
                            + " is not a run directory (it has no _run.json): give the directory that"
                            + " a run was written to"));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The manifest, present when and only when the run is complete. */
    public Optional<JsonNode> manifest() {
        try {
            return read("manifest.json");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Takes the manifest away: the run is not complete any more. */
    public void reopen() {
        try {
            files.delete(new Path(root, "manifest.json"), false);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    public void writeManifest(ObjectNode manifest) {
        try {
            write("manifest.json", manifest);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Says how far the run is, until {@link #endProgress()}. */
    public void writeProgress(RunProgress progress) throws IOException {
        write(RunProgress.FILE, json(progress));
    }

    /** What the run last said of how far it is; empty when it does not run, or was just about to say it. */
    Optional<JsonNode> progress() {
        try {
            return read(RunProgress.FILE);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Nothing runs any more. */
    public void endProgress() throws IOException {
        files.delete(new Path(root, RunProgress.FILE), false);
    }

    /** Text of {@code report.md}. */
    public String report() {
        try (InputStream in = files.open(new Path(root, "report.md"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    public static JsonNode json(Object value) {
        return JSON.valueToTree(value);
    }

    private Optional<JsonNode> read(String name) throws IOException {
        try (InputStream in = files.open(new Path(root, name))) {
            return Optional.of(JSON.readTree(in));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private void write(String name, JsonNode node) throws IOException {
        String text = JSON.writeValueAsString(node) + "\n";
        WholeFile.write(files, new Path(root, name), text.getBytes(StandardCharsets.UTF_8));
    }

    InputException unwritable(IOException e) {
        return new InputException(
                "Run directory " + root + " cannot be written (" + Reason.of(e) + "): give a writable directory to out",
                e);
    }

    private InputException unreadable(IOException e) {
        return new InputException(
                "Run directory " + root + " cannot be read (" + Reason.of(e) + "): check the path and its permissions",
                e);
    }
}
