package mhc.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mhc.datasets.InputException;
import mhc.eval.MetricName;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a run says of itself: {@code manifest.json}, or {@code _run.json} while the run is not complete. All of it is
 * optional, so that bare Parquet files can be reported on as well.
 *
 * @param name empty when unknown
 * @param baseline empty when unknown
 * @param models in the order of the configuration
 * @param headlines Table 4's metric by benchmark
 * @param examples planned number of examples by benchmark
 * @param chances what is scored blindly, 0 to 1, by benchmark, where the run says so
 * @param maxFailed part of a benchmark's examples that may fail, 0 to 1; 1 when unknown
 * @param notes what a reader of the table must know
 * @param state whether it is finished
 * @param facts of its models, by name
 */
record RunDescription(
        String name,
        String baseline,
        List<String> models,
        Map<String, MetricName> headlines,
        Map<String, Integer> examples,
        Map<String, Double> chances,
        double maxFailed,
        List<String> notes,
        State state,
        Map<String, ModelFacts> facts) {

    private static final String MANIFEST = "manifest.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RunDescription NONE =
            new RunDescription("", "", List.of(), Map.of(), Map.of(), Map.of(), 1, List.of(), State.UNKNOWN, Map.of());

    /** Whether a run is finished. */
    enum State {
        FINISHED,
        UNFINISHED,
        /** Bare files, of which nothing is said. */
        UNKNOWN
    }

    static RunDescription read(FileSystem files, Path run) throws IOException {
        for (String name : List.of(MANIFEST, "_run.json")) {
            Path path = new Path(run, name);
            if (files.exists(path)) {
                try (InputStream in = files.open(path)) {
                    return of(JSON.readTree(in), name.equals(MANIFEST) ? State.FINISHED : State.UNFINISHED);
                } catch (JsonProcessingException e) {
                    throw new InputException(
                            path + " is not valid JSON: restore it, or delete it to report on the predictions alone",
                            e);
                }
            }
        }
        return NONE;
    }

    /** From what the manifest of a finished run holds. */
    static RunDescription of(JsonNode manifest) {
        return of(manifest, State.FINISHED);
    }

    private static RunDescription of(JsonNode json, State state) {
        List<String> models = new ArrayList<>();
        json.path("models").forEach(model -> models.add(model.path("name").asText()));
        Map<String, MetricName> headlines = new TreeMap<>();
        Map<String, Integer> examples = new TreeMap<>();
        Map<String, Double> chances = new TreeMap<>();
        for (JsonNode benchmark : json.path("benchmarks")) {
            String name = benchmark.path("name").asText();
            if (benchmark.path("metric").isTextual()) {
                String filter = benchmark.path("filter").asText(MetricName.NO_FILTER);
                headlines.put(name, new MetricName(benchmark.get("metric").asText(), filter));
            }
            if (benchmark.path("examples").isInt()) {
                examples.put(name, benchmark.get("examples").asInt());
            }
            if (benchmark.path("chance").isNumber()) {
                chances.put(name, benchmark.get("chance").asDouble());
            }
        }
        List<String> notes = new ArrayList<>();
        json.path("notes").forEach(note -> notes.add(note.asText().strip().replaceAll("\\s+", " ")));
        return new RunDescription(
                json.path("name").asText(),
                json.path("baseline").asText(),
                models,
                headlines,
                examples,
                chances,
                json.path("config").path("faults").path("max-failed").asDouble(1),
                notes,
                state,
                ModelFacts.of(json));
    }

    Optional<MetricName> headline(String benchmark) {
        return Optional.ofNullable(headlines.get(benchmark));
    }
}
