package mhc.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import mhc.eval.MetricName;
import mhc.reports.ReportOptions.Samples;
import org.apache.spark.sql.SparkSession;

/**
 * What a page knows of its samples.
 *
 * @param data of the page's script, as {@link Gzip} writes it; empty when there are no samples
 * @param embedded chunks that stand in the page itself, by name
 * @param absent why there are no samples, where a reader may miss them
 */
record SampleIndex(String data, Map<String, String> embedded, String absent) {
    static final SampleIndex NONE = new SampleIndex("", Map.of(), "");

    /** Of the chunks, beside the page. */
    private static final String FOLDER = "report-samples";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Chunks of a small run stand in the page, which can then be sent as it is. */
    private static final long EMBEDDED_BYTES = 2 << 20;

    /**
     * The samples that are wanted.
     *
     * @param rows of all models together
     */
    static SampleIndex chosen(Samples wanted, long rows, Supplier<SampleIndex> all) {
        if (wanted == Samples.NONE) {
            return NONE;
        }
        return wanted == Samples.AUTO && rows > Samples.MANY ? new SampleIndex("", Map.of(), absent(rows)) : all.get();
    }

    /** Removes the samples of an earlier report. */
    static void clear(ReportFolder out) {
        out.remove(FOLDER);
    }

    /** Writes the samples of a report into {@code out}, or reads them back for the page where they are few. */
    static SampleIndex write(SparkSession spark, List<EvaluatedRun> runs, Report report, ReportFolder out) {
        Map<String, MetricName> headlines = new TreeMap<>();
        report.rows().forEach(row -> headlines.put(row.benchmark(), row.headline()));
        ChunkFolder chunks = out.open(FOLDER);
        List<SampleTask> tasks = SampleExport.write(spark, runs, report.models(), headlines, chunks);
        if (tasks.stream().mapToLong(SampleTask::bytes).sum() > EMBEDDED_BYTES) {
            out.publish(FOLDER);
            return of(report, tasks, Map.of());
        }
        Map<String, String> embedded = embedded(tasks, chunks);
        out.remove(FOLDER);
        return of(report, tasks, embedded);
    }

    private static String absent(long rows) {
        return String.format(
                Locale.ROOT,
                "The examples are left out: %,d rows are more than %,d. Give --samples all to mhc-eval report to have them.",
                rows,
                Samples.MANY);
    }

    private static Map<String, String> embedded(List<SampleTask> tasks, ChunkFolder chunks) {
        Map<String, String> embedded = new TreeMap<>();
        for (SampleTask task : tasks) {
            for (int chunk = 0; chunk * SampleExport.CHUNK < task.ids().length; chunk++) {
                String name = task.file() + "-" + chunk;
                embedded.put(name, chunks.data(name));
            }
        }
        return embedded;
    }

    private static SampleIndex of(Report report, List<SampleTask> tasks, Map<String, String> embedded) {
        ObjectNode json = JSON.createObjectNode();
        report.models().forEach(json.putArray("models")::add);
        json.put("chunk", SampleExport.CHUNK).put("whole", SampleTask.WHOLE).put("folder", FOLDER);
        ArrayNode benchmarks = json.putArray("benchmarks");
        for (BenchmarkComparison row : report.rows()) {
            ObjectNode benchmark = benchmarks
                    .addObject()
                    .put("name", row.benchmark())
                    .put("label", Labels.benchmark(row.benchmark()))
                    .put("metric", row.headline().key())
                    .put("filter", row.headline().filter());
            ArrayNode array = benchmark.putArray("tasks");
            tasks.stream()
                    .filter(task -> task.benchmark().equals(row.benchmark()))
                    .forEach(task -> array.add(json(task)));
        }
        try {
            return new SampleIndex(Gzip.base64(JSON.writeValueAsBytes(json)), embedded, "");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode json(SampleTask task) {
        ObjectNode json = JSON.createObjectNode().put("name", task.task()).put("file", task.file());
        json.set("ids", JSON.valueToTree(task.ids()));
        json.set("scores", JSON.valueToTree(task.scores()));
        json.set("flags", JSON.valueToTree(task.flags()));
        return json;
    }
}
