package mhc.jobs.executor;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import mhc.datasets.Location;
import mhc.datasets.Reason;
import mhc.datasets.Sha256;
import mhc.eval.Answer;
import mhc.jobs.run.BuildInfo;
import mhc.jobs.run.WholeFile;
import mhc.model.InferenceOptions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers kept across runs, by what they depend on: the model's files, how and by which code it is run, and the
 * request; not by how answers are scored. Below the cache directory lies one folder per model and way of running it,
 * with one file of JSON lines per evaluated shard; a file appears whole, and each line holds a checksum. Failures are
 * not kept. Any Hadoop file system, any number of writers.
 *
 * <p>Nothing depends on it: what cannot be read is asked, and what cannot be written is asked again by another run.
 */
public final class AnswerCache {
    private static final Logger log = LoggerFactory.getLogger(AnswerCache.class);
    private static final ObjectMapper JSON = new ObjectMapper().addMixIn(Answer.class, Typed.class);

    /** Caches that this process could not write, and does not try to write again. */
    private static final Set<String> UNWRITABLE = ConcurrentHashMap.newKeySet();

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Answer.Text.class, name = "text"),
        @JsonSubTypes.Type(value = Answer.Scores.class, name = "scores")
    })
    private interface Typed {}

    /** One kept answer. */
    private record Entry(String request, Answer answer) {
        /** SHA-256 (hex) of it and of the folder it belongs to. */
        String checksum(String key) throws JsonProcessingException {
            return Sha256.of(key + "\n" + JSON.writeValueAsString(this));
        }
    }

    /** One line of a file. */
    private record Line(String sha256, Entry entry) {}

    private final String root;
    private final String key;
    private final Configuration hadoop;

    private AnswerCache(String root, String key, Configuration hadoop) {
        this.root = root;
        this.key = key;
        this.hadoop = hadoop;
    }

    /** The cache of one model below {@code root}, for this build. */
    public static AnswerCache of(String root, ModelSpec spec, Configuration hadoop) {
        return of(root, spec, BuildInfo.current().inference(), hadoop);
    }

    /** @param build {@link BuildInfo#inference()} */
    static AnswerCache of(String root, ModelSpec spec, String build, Configuration hadoop) {
        return new AnswerCache(root, key(spec, build), hadoop);
    }

    /** Only answers are kept, and these do not depend on when one would have been late. */
    private static String key(ModelSpec spec, String build) {
        InferenceOptions options = spec.options().withExampleSeconds(0);
        return Sha256.of(String.join("\n", spec.fingerprint(), build, options.toString()));
    }

    private Location folder() {
        return Location.of("Answer cache", new Path(root, key).toString(), hadoop);
    }

    /** Everything kept that is whole, by request hash; the log names each file that is not. */
    public Map<String, Answer> load() {
        Map<String, Answer> answers = new HashMap<>();
        try {
            Location folder = folder();
            for (FileStatus file : folder.files()
                    .listStatus(folder.path(), path -> path.getName().endsWith(".jsonl"))) {
                read(plain(folder.files()), file.getPath(), answers);
            }
        } catch (FileNotFoundException e) {
            log.debug("Nothing is kept in {} yet", root, e);
        } catch (IOException | RuntimeException | FSError e) {
            log.warn("Answer cache {} cannot be read ({}): everything is asked", root, Reason.of(e));
        }
        return answers;
    }

    /** Past Hadoop's checksum files, which two writers would tear; each line has a checksum. */
    private static FileSystem plain(FileSystem files) {
        return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
    }

    private void read(FileSystem files, Path file, Map<String, Answer> answers) {
        int entries = 0;
        int damaged = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(files.open(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<Entry> entry = entry(line);
                entry.ifPresent(whole -> answers.put(whole.request(), whole.answer()));
                entries++;
                damaged += entry.isEmpty() ? 1 : 0;
            }
        } catch (IOException | RuntimeException | FSError e) {
            log.warn("Answer cache file {} cannot be read ({}): what it holds is asked again", file, Reason.of(e));
        }
        if (damaged > 0) {
            log.warn(
                    "Answer cache file {} was damaged or edited: {} of its {} entries do not count and are asked again",
                    file,
                    damaged,
                    entries);
        }
    }

    private Optional<Entry> entry(String text) {
        try {
            Line line = JSON.readValue(text, Line.class);
            return Optional.of(line.entry()).filter(entry -> isWhole(entry, line.sha256()));
        } catch (JsonProcessingException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private boolean isWhole(Entry entry, String checksum) {
        try {
            return entry.checksum(key).equals(checksum);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /**
     * Keeps answers in one new file, named by what was asked: a second writer of the same answers does no harm. The first
     * failure to write is logged, and ends all keeping by this process.
     */
    void keep(Map<String, Answer> answers) {
        Map<String, Answer> kept = new TreeMap<>(answers);
        kept.values().removeIf(Answer.Failed.class::isInstance);
        if (kept.isEmpty() || UNWRITABLE.contains(root)) {
            return;
        }
        try {
            Location folder = folder();
            Path file = new Path(folder.path(), Sha256.of(String.join("\n", kept.keySet())) + ".jsonl");
            WholeFile.write(folder.files(), file, text(kept).getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException | FSError e) {
            if (UNWRITABLE.add(root)) {
                log.warn(
                        "Answer cache {} cannot be written ({}): the rows are complete without it, and no more answers"
                                + " are kept; free space there for other runs, or leave the key cache out",
                        root,
                        Reason.root(e));
            }
        }
    }

    private String text(Map<String, Answer> answers) throws JsonProcessingException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Answer> answer : answers.entrySet()) {
            Entry entry = new Entry(answer.getKey(), answer.getValue());
            text.append(JSON.writeValueAsString(new Line(entry.checksum(key), entry)))
                    .append('\n');
        }
        return text.toString();
    }
}
