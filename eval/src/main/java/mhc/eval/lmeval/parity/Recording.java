package mhc.eval.lmeval.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.MetricName;
import mhc.eval.Request;

/**
 * One task of a recorded run of lm-evaluation-harness: a JSON-lines file whose first line holds the task, its effective
 * configuration and its results, and whose others hold one document under one filter each, as {@code --log_samples} writes
 * them.
 *
 * @param task lm-eval's name, such as {@code bbh_cot_fewshot_snarks}
 * @param answerer what answered
 * @param benchmark this project's benchmark of the task
 * @param shots exemplars of each prompt
 * @param documents in the order of the run
 * @param results of the whole task, by metric key; a key's standard error under {@code <metric>_stderr}
 */
public record Recording(
        String task,
        String answerer,
        Benchmark benchmark,
        int shots,
        List<Document> documents,
        Map<MetricName, Double> results) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    public Recording {
        documents = List.copyOf(documents);
        results = Map.copyOf(results);
    }

    /**
     * One recorded document.
     *
     * @param place in the run, from 0
     * @param example rebuilt from the fields the task saw
     * @param request as sent, with the run's token limit
     * @param answer as received
     * @param filtered extracted answers, by filter; none for choices
     * @param metrics values, by metric
     */
    public record Document(
            int place,
            Example example,
            Request request,
            Answer answer,
            Map<String, String> filtered,
            Map<MetricName, Double> metrics) {
        public Document {
            filtered = Map.copyOf(filtered);
            metrics = Map.copyOf(metrics);
        }
    }

    /**
     * Reads a recorded file.
     *
     * @throws InputException when it is missing, no recording, or of a task this protocol does not have
     */
    public static Recording read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException("Cannot read the recorded run " + file + ": check that the file is there", e);
        }
        JsonNode header = lines.isEmpty() ? null : parse(file, 1, lines.get(0));
        if (header == null
                || !header.path("task").isTextual()
                || !header.path("config").isObject()) {
            throw new InputException("The first line of " + file
                    + " holds no task and config: give a run recorded from lm-evaluation-harness");
        }
        RecordedTask task = RecordedTask.of(header.path("task").asText());
        Map<Integer, Document> documents = new TreeMap<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                Document document = document(file, i + 1, task, parse(file, i + 1, lines.get(i)));
                documents.merge(document.place(), document, Recording::merged);
            }
        }
        return new Recording(
                task.name(),
                header.path("model").asText(),
                task.benchmark(),
                shots(header, task),
                List.copyOf(documents.values()),
                results(header.path("results")));
    }

    private static int shots(JsonNode header, RecordedTask task) {
        JsonNode given = header.path("num_fewshot");
        JsonNode configured = header.path("config").path("num_fewshot");
        return given.isInt() ? given.asInt() : configured.asInt(task.benchmark().defaultShots());
    }

    private static JsonNode parse(Path file, int line, String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "Line %d of %s is no JSON (%s): record or copy the file again"
                            .formatted(line, file, e.getOriginalMessage()),
                    e);
        }
    }

    private static Document document(Path file, int line, RecordedTask task, JsonNode row) {
        try {
            Map<MetricName, Double> metrics = new HashMap<>();
            for (JsonNode metric : task.required(row, "metrics")) {
                metrics.put(
                        new MetricName(
                                metric.asText(), task.required(row, "filter").asText()),
                        task.required(row, metric.asText()).asDouble());
            }
            int place = task.required(row, "doc_id").asInt();
            return new Document(
                    place,
                    task.example(task.required(row, "doc"), place),
                    task.request(task.required(row, "arguments")),
                    task.answer(task.required(row, "resps")),
                    task.filtered(row),
                    metrics);
        } catch (InputException e) {
            throw new InputException("Line %d of %s: %s".formatted(line, file, e.getMessage()), e);
        }
    }

    /** The same document under another filter. */
    private static Document merged(Document one, Document other) {
        Map<String, String> filtered = new HashMap<>(one.filtered());
        filtered.putAll(other.filtered());
        Map<MetricName, Double> metrics = new HashMap<>(one.metrics());
        metrics.putAll(other.metrics());
        return new Document(one.place(), one.example(), one.request(), one.answer(), filtered, metrics);
    }

    private static Map<MetricName, Double> results(JsonNode results) {
        Map<MetricName, Double> values = new HashMap<>();
        results.properties().forEach(result -> {
            if (result.getKey().contains(",") && result.getValue().isNumber()) {
                values.put(MetricName.parse(result.getKey()), result.getValue().asDouble());
            }
        });
        return values;
    }
}
