package mhc.jobs.executor;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import mhc.eval.Answer;
import mhc.jobs.run.BuildInfo;
import mhc.model.InferenceOptions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Answers kept across runs, by what they depend on: the model's files, how and by which code it is run, and the
 * request. Below the cache directory lies one folder per model and way of running it, with one file of JSON lines per
 * evaluated shard; a file appears whole. Failures are not kept. Any Hadoop file system.
 */
public final class AnswerCache {
    private static final ObjectMapper JSON = new ObjectMapper().addMixIn(Answer.class, Typed.class);

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Answer.Text.class, name = "text"),
        @JsonSubTypes.Type(value = Answer.Scores.class, name = "scores")
    })
    private interface Typed {}

    /** One kept answer. */
    private record Entry(String request, Answer answer) {}

    private final Path folder;
    private final FileSystem files;

    private AnswerCache(Path folder, FileSystem files) {
        this.folder = folder;
        this.files = files;
    }

    /** The cache of one model below {@code root}, for this build. */
    public static AnswerCache of(String root, ModelSpec spec, Configuration hadoop) {
        return of(root, spec, BuildInfo.current().inference(), hadoop);
    }

    /** @param build {@link BuildInfo#inference()} */
    static AnswerCache of(String root, ModelSpec spec, String build, Configuration hadoop) {
        try {
            Path path = new Path(root, key(spec, build));
            return new AnswerCache(path, path.getFileSystem(hadoop));
        } catch (IOException | IllegalArgumentException e) {
            throw new InputException(
                    "Answer cache " + root + " cannot be reached (" + e.getMessage()
                            + "): correct the key cache, or leave it out",
                    e);
        }
    }

    /** Everything kept, by request hash. */
    public Map<String, Answer> load() {
        Map<String, Answer> answers = new HashMap<>();
        try {
            for (FileStatus file :
                    files.listStatus(folder, path -> path.getName().endsWith(".jsonl"))) {
                try (InputStream in = files.open(file.getPath());
                        MappingIterator<Entry> entries =
                                JSON.readerFor(Entry.class).readValues(in)) {
                    entries.forEachRemaining(entry -> answers.put(entry.request, entry.answer));
                }
            }
        } catch (FileNotFoundException e) {
            return answers;
        } catch (IOException | RuntimeException e) {
            throw new InputException(
                    "Answer cache " + folder + " cannot be read (" + e.getMessage()
                            + "): delete that folder, or leave the key cache out",
                    e);
        }
        return answers;
    }

    /** Keeps answers in one new file, named by what was asked: a second writer of the same answers does no harm. */
    void keep(Map<String, Answer> answers) throws IOException {
        Map<String, Answer> kept = new TreeMap<>(answers);
        kept.values().removeIf(Answer.Failed.class::isInstance);
        if (kept.isEmpty()) {
            return;
        }
        String name = Sha256.of(String.join("\n", kept.keySet()));
        Path hidden = new Path(folder, "." + name + "." + System.nanoTime() + ".tmp");
        try (OutputStream out = files.create(hidden, true);
                SequenceWriter writer =
                        JSON.writerFor(Entry.class).withRootValueSeparator("\n").writeValues(out)) {
            for (Map.Entry<String, Answer> answer : kept.entrySet()) {
                writer.write(new Entry(answer.getKey(), answer.getValue()));
            }
        }
        if (!files.rename(hidden, new Path(folder, name + ".jsonl"))) {
            files.delete(hidden, false);
        }
    }

    /** Only answers are kept, and these do not depend on when one would have been late. */
    private static String key(ModelSpec spec, String build) {
        InferenceOptions options = spec.options().withExampleSeconds(0);
        return Sha256.of(String.join("\n", spec.fingerprint(), build, options.toString()));
    }
}
