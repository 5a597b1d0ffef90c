package mhc.reports;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.Extracted;
import mhc.eval.MetricName;
import mhc.eval.Prediction;
import mhc.eval.PredictionColumn;
import org.apache.spark.sql.Row;

/** Writes the chunks of one sub-task from its rows, which come by id, and gathers their index. */
final class SampleTaskWriter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PredictionTable TABLE = SampleExport.TABLE;

    private final String benchmark;
    private final String task;
    private final List<String> models;
    private final MetricName headline;
    private final ChunkFolder folder;
    private final List<String> ids = new ArrayList<>();
    private final List<byte[]> scores = new ArrayList<>();
    private final List<byte[]> flags = new ArrayList<>();
    private final List<ObjectNode> chunk = new ArrayList<>();
    private String prompt = "";
    private int chunks;
    private long bytes;

    SampleTaskWriter(String benchmark, String task, List<String> models, MetricName headline, ChunkFolder folder) {
        this.benchmark = benchmark;
        this.task = task;
        this.models = models;
        this.headline = headline;
        this.folder = folder;
    }

    boolean isOf(String otherBenchmark, String otherTask) {
        return benchmark.equals(otherBenchmark) && task.equals(otherTask);
    }

    /** Name of the chunks below the folder: what is no letter or digit is told apart by a number. */
    String file() {
        return slug(benchmark) + "/" + (task.isEmpty() ? "all" : slug(task));
    }

    private static String slug(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return plain.equals(name) ? name : plain + "-" + Integer.toHexString(name.hashCode());
    }

    /** Adds a row; the first of an example begins it. */
    void add(Row row) throws IOException {
        String id = TABLE.text(row, PredictionColumn.ID);
        if (ids.isEmpty() || !ids.get(ids.size() - 1).equals(id)) {
            begin(row, id);
        }
        int model = models.indexOf(row.getString(TABLE.model()));
        ObjectNode answer = answer(row);
        if (!TABLE.text(row, PredictionColumn.REQUEST_HASH).equals(prompt)) {
            answer.put("context", TABLE.text(row, PredictionColumn.CONTEXT));
        }
        chunk.get(chunk.size() - 1).withObject("/answers").set(Integer.toString(model), answer);
        mark(model, row);
    }

    private void begin(Row row, String id) throws IOException {
        if (chunk.size() == SampleExport.CHUNK) {
            flush();
        }
        ids.add(id);
        prompt = TABLE.text(row, PredictionColumn.REQUEST_HASH);
        scores.add(new byte[models.size()]);
        flags.add(new byte[models.size()]);
        ObjectNode example = JSON.createObjectNode().put("context", TABLE.text(row, PredictionColumn.CONTEXT));
        example.set("gold", JSON.valueToTree(list(row, PredictionColumn.GOLD)));
        example.set("continuations", JSON.valueToTree(list(row, PredictionColumn.CONTINUATIONS)));
        chunk.add(example);
    }

    private static ObjectNode answer(Row row) {
        ObjectNode answer = JSON.createObjectNode()
                .put("raw", TABLE.text(row, PredictionColumn.RAW))
                .put("reason", TABLE.text(row, PredictionColumn.REASON))
                .put("stop", TABLE.text(row, PredictionColumn.STOP))
                .put("prompt", row.getInt(TABLE.at(PredictionColumn.PROMPT_TOKENS)))
                .put("new", row.getInt(TABLE.at(PredictionColumn.NEW_TOKENS)));
        answer.set("extracted", JSON.valueToTree(map(row, PredictionColumn.EXTRACTED)));
        answer.set("metrics", JSON.valueToTree(map(row, PredictionColumn.METRICS)));
        answer.set("loglikelihoods", JSON.valueToTree(list(row, PredictionColumn.LOGLIKELIHOODS)));
        answer.set("tokens", JSON.valueToTree(list(row, PredictionColumn.TOKENS)));
        return answer;
    }

    private static List<?> list(Row row, PredictionColumn column) {
        return row.getList(TABLE.at(column));
    }

    private static Map<String, ?> map(Row row, PredictionColumn column) {
        return new TreeMap<>(row.<String, Object>getJavaMap(TABLE.at(column))); // sorted: equal rows, equal bytes
    }

    /** The last entry of each array is the example at hand. */
    private void mark(int model, Row row) {
        boolean failed = TABLE.text(row, PredictionColumn.STATUS).equals(Prediction.FAILED);
        int flag = SampleTask.ASKED;
        flag += failed ? SampleTask.FAILED : 0;
        flag += row.getBoolean(TABLE.at(PredictionColumn.TRUNCATED)) ? SampleTask.TRUNCATED : 0;
        flag += !failed && extractedNothing(row) ? SampleTask.NOTHING : 0;
        Object score = map(row, PredictionColumn.METRICS).get(headline.key());
        double value = failed || score == null ? 0 : (double) score;
        scores.get(scores.size() - 1)[model] = (byte) Math.round(value * SampleTask.WHOLE);
        flags.get(flags.size() - 1)[model] = (byte) flag;
    }

    /** Options are always chosen from; only generated text may hold no answer. */
    private boolean extractedNothing(Row row) {
        Object extracted = map(row, PredictionColumn.EXTRACTED).get(headline.filter());
        return list(row, PredictionColumn.CONTINUATIONS).isEmpty()
                && extracted != null
                && Extracted.isNothing((String) extracted);
    }

    /** Writes the last chunk. */
    SampleTask finish() throws IOException {
        flush();
        return new SampleTask(
                benchmark, task, file(), ids.toArray(String[]::new), byModel(scores), byModel(flags), bytes);
    }

    private byte[][] byModel(List<byte[]> byExample) {
        byte[][] columns = new byte[models.size()][byExample.size()];
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
        String first = chunk.get(0).get("context").asText();
        int length = first.length();
        for (ObjectNode example : chunk) {
            String other = example.get("context").asText();
            int same = 0;
            while (same < Math.min(length, other.length()) && other.charAt(same) == first.charAt(same)) {
                same++;
            }
            length = same;
        }
        int blank = chunk.size() == 1 ? -1 : first.substring(0, length).lastIndexOf("\n\n");
        return blank < 0 ? "" : first.substring(0, blank + 2);
    }
}
