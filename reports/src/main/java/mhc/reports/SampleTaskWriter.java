package mhc.reports;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes the chunks of one sub-task from the answers to it, which come by id, and gathers their index. */
final class SampleTaskWriter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SampleKey first;
    private final int models;
    private final ChunkFolder folder;
    private final List<String> ids = new ArrayList<>();
    private final List<byte[]> scores = new ArrayList<>();
    private final List<byte[]> flags = new ArrayList<>();
    private final List<ObjectNode> chunk = new ArrayList<>();
    private String prompt = "";
    private int chunks;
    private long bytes;

    /**
     * Takes the answers to a sub-task.
     *
     * @param first of them
     * @param models in the table
     */
    SampleTaskWriter(SampleKey first, int models, ChunkFolder folder) {
        this.first = first;
        this.models = models;
        this.folder = folder;
    }

    boolean takes(SampleKey key) {
        return key.isOfTask(first);
    }

    /** Name of the chunks below the folder: what is no letter or digit is told apart by a number. */
    String file() {
        return slug(first.benchmark()) + "/" + (first.task().isEmpty() ? "all" : slug(first.task()));
    }

    private static String slug(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return plain.equals(name) ? name : plain + "-" + Integer.toHexString(name.hashCode());
    }

    /** Adds an answer; the first to an example begins it. */
    void add(SampleKey key, SampleAnswer answer) throws IOException {
        if (ids.isEmpty() || !ids.get(ids.size() - 1).equals(key.id())) {
            begin(key.id(), answer);
        }
        ObjectNode own = answer.answer();
        if (!answer.prompt().equals(prompt)) {
            own.set("context", answer.example().get("context"));
        }
        chunk.get(chunk.size() - 1).withObject("/answers").set(Integer.toString(key.model()), own);
        scores.get(scores.size() - 1)[key.model()] = answer.score();
        flags.get(flags.size() - 1)[key.model()] = answer.flags();
    }

    private void begin(String id, SampleAnswer answer) throws IOException {
        if (chunk.size() == SampleExport.CHUNK) {
            flush();
        }
        ids.add(id);
        prompt = answer.prompt();
        scores.add(new byte[models]);
        flags.add(new byte[models]);
        chunk.add(answer.example());
    }

    /** Writes the last chunk. */
    SampleTask finish() throws IOException {
        flush();
        return new SampleTask(
                first.benchmark(),
                first.task(),
                file(),
                ids.toArray(String[]::new),
                byModel(scores),
                byModel(flags),
                bytes);
    }

    private byte[][] byModel(List<byte[]> byExample) {
        byte[][] columns = new byte[models][byExample.size()];
        for (int i = 0; i < byExample.size(); i++) {
            for (int model = 0; model < columns.length; model++) {
                columns[model][i] = byExample.get(i)[model];
            }
        }
        return columns;
    }

    private void flush() throws IOException {
        String prefix = prefix();
        ObjectNode json = JSON.createObjectNode().put("prefix", prefix);
        ArrayNode examples = json.putArray("examples");
        for (ObjectNode example : chunk) {
            example.put("context", example.get("context").asText().substring(prefix.length()));
            examples.add(example);
        }
        String name = file() + "-" + chunks++;
        String data = Gzip.base64(JSON.writeValueAsBytes(json));
        folder.write(name, data);
        bytes += data.length();
        chunk.clear();
    }

    /** What all prompts of the chunk begin with, up to a blank line: description and exemplars, where these are shared. */
    private String prefix() {
        String whole = chunk.get(0).get("context").asText();
        int length = whole.length();
        for (ObjectNode example : chunk) {
            String other = example.get("context").asText();
            int same = 0;
            while (same < Math.min(length, other.length()) && other.charAt(same) == whole.charAt(same)) {
                same++;
            }
            length = same;
        }
        int blank = chunk.size() == 1 ? -1 : whole.substring(0, length).lastIndexOf("\n\n");
        return blank < 0 ? "" : whole.substring(0, blank + 2);
    }
}
