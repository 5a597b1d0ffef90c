package mhc.jobs.driver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mhc.eval.lmeval.LmEval;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.BuildInfo;
import mhc.jobs.run.RunDirectory;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.GenerationConfig;
import mhc.model.checkpoint.ModelSummary;
import mhc.reports.RowCounts;
import mhc.reports.RunReport;

/**
 * Everything the rows of a run depend on: build, configuration, data, models, plan. Written before the first row as
 * {@code _run.json}, where a second start compares it, and again as part of the manifest.
 */
final class RunStart {
    private final RunConfig config;
    private final List<String> devices;
    private final Map<String, Checkpoint> checkpoints;
    private final Map<String, String> fingerprints = new LinkedHashMap<>();
    private final List<ShardPlan.Planned> plan;

    RunStart(
            RunConfig config, List<String> devices, Map<String, Checkpoint> checkpoints, List<ShardPlan.Planned> plan) {
        this.config = config;
        this.devices = devices;
        this.checkpoints = checkpoints;
        this.plan = plan;
        checkpoints.forEach((name, checkpoint) -> fingerprints.put(name, checkpoint.fingerprint()));
    }

    /** One per model, in the order of the configuration. */
    List<ModelSpec> specs() {
        RunConfig.Inference inference = config.inference();
        InferenceOptions options = inference
                .options(devices, inference.threads())
                .withExampleSeconds(config.faults().exampleSeconds())
                .withGenerationConfig(obeysGenerationConfig());
        List<ModelSpec> specs = new ArrayList<>();
        config.models()
                .forEach((name, uri) ->
                        specs.add(new ModelSpec(name, ModelFolders.qualify(uri), fingerprints.get(name), options)));
        return specs;
    }

    ObjectNode json() {
        ObjectNode json = RunDirectory.object();
        json.put("build", BuildInfo.current().identity());
        json.put("name", config.name());
        json.put("protocol", config.protocol());
        json.put("baseline", config.baseline());
        json.set("config", configuration());
        ArrayNode models = json.putArray("models");
        checkpoints.forEach((name, checkpoint) -> models.add(model(name, checkpoint)));
        ArrayNode benchmarks = json.putArray("benchmarks");
        plan.forEach(planned -> benchmarks.add(benchmark(planned)));
        ArrayNode notes = json.putArray("notes");
        checkpoints.values().stream()
                .map(Checkpoint::note)
                .filter(note -> !note.isEmpty())
                .distinct()
                .forEach(notes::add);
        if (config.inference().positionOffsets().size() > 1) {
            notes.add("scored with "
                    + config.inference().positionOffsets().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", "))
                    + " line feeds before each prompt; the score is the first one's, spread the best less the worst in"
                    + " points");
        } else if (config.inference().positionOffsets().get(0) > 0) {
            notes.add("scored with " + config.inference().positionOffsets().get(0) + " line feeds before each prompt");
        }
        checkpoints.forEach((name, checkpoint) -> {
            String ignored = GenerationConfig.of(checkpoint).ignored(obeysGenerationConfig());
            if (!ignored.isEmpty()) {
                notes.add("protocol " + config.protocol() + " ignores " + ignored + " in generation_config.json of "
                        + name);
            }
        });
        return json;
    }

    /** Only the protocol that repeats another harness takes limits and penalties from a checkpoint. */
    private boolean obeysGenerationConfig() {
        return config.protocol().equals(LmEval.protocol().name());
    }

    private ObjectNode configuration() {
        RunConfig.Inference inference = config.inference();
        ObjectNode json = RunDirectory.object();
        json.put("data", config.data());
        json.set("files", RunDirectory.json(config.files()));
        json.put("limit", config.limit());
        json.set("shots", RunDirectory.json(config.shots()));
        json.set("models", RunDirectory.json(config.models()));
        json.putObject("inference")
                .put("device", String.join("+", devices))
                .put("dtype", inference.dtype())
                .put("kernels", inference.kernels())
                .put("weights", inference.weights())
                .put("max-batch-tokens", inference.maxBatchTokens())
                .put("threads", inference.threads() == 0 ? "auto" : Integer.toString(inference.threads()))
                .put("prefix-cache", inference.prefixCache())
                .put("deterministic", inference.deterministic())
                .set("position-offsets", RunDirectory.json(inference.positionOffsets()));
        json.putObject("shards")
                .put("executors", config.shards().executors())
                .put("recorded", config.shards().recorded());
        json.putObject("faults")
                .put("retries", config.faults().retries())
                .put("example-seconds", config.faults().exampleSeconds())
                .put("hang-seconds", config.faults().hangSeconds())
                .put("max-failed", config.faults().maxFailed());
        json.put("cache", config.cache());
        return json;
    }

    private ObjectNode model(String name, Checkpoint checkpoint) {
        ModelSummary summary = ModelSummary.of(checkpoint);
        return RunDirectory.object()
                .put("name", name)
                .put("path", config.models().get(name))
                .put("fingerprint", fingerprints.get(name))
                .put("architecture", summary.architecture())
                .put("residual", summary.residual())
                .put("parameters", summary.parameters())
                .put("note", checkpoint.note());
    }

    private ObjectNode benchmark(ShardPlan.Planned planned) {
        ObjectNode json = RunDirectory.object()
                .put("name", planned.benchmark().name())
                .put("version", planned.benchmark().version())
                .put("metric", planned.benchmark().headline().metric())
                .put("filter", planned.benchmark().headline().filter())
                .put("shots", planned.shots())
                .put("prompts", planned.prompts())
                .put("cuts", planned.cuts())
                .put("examples", planned.examples())
                .put("shards", planned.shards().size());
        Double chance = config.chance().get(planned.benchmark().name());
        if (chance != null) {
            json.put("chance", chance / 100);
        }
        json.set("files", RunDirectory.json(planned.corpus().files()));
        return json;
    }

    private static ObjectNode counted(RunReport.Counted counted) {
        RowCounts counts = counted.counts();
        ObjectNode json = RunDirectory.object()
                .put("model", counted.model())
                .put("benchmark", counted.benchmark())
                .put("examples", counts.examples())
                .put("failed", counts.failed())
                .put("truncated", counts.truncated())
                .put("prompt_tokens", counts.promptTokens())
                .put("reused_tokens", counts.reusedTokens())
                .put("new_tokens", counts.newTokens())
                .put("kernels", String.join(", ", counts.kernels()));
        counts.failures().forEach(json.putObject("failures")::put);
        return json;
    }

    /** The start, and the work since. */
    ObjectNode worked(RunWork work) {
        ObjectNode json = json();
        json.set("work", work.json());
        return json;
    }

    /** Where the rows were made: hosts and devices, each with its number of parts. */
    private static ArrayNode hosts(ArrayNode parts) {
        Map<List<String>, Integer> found = new TreeMap<>(Comparator.comparing(List::toString));
        parts.forEach(part -> found.merge(
                List.of(part.path("host").asText(), part.path("device").asText()), 1, Integer::sum));
        ArrayNode hosts = RunDirectory.object().arrayNode();
        found.forEach((place, number) -> hosts.addObject()
                .put("host", place.get(0))
                .put("device", place.get(1))
                .put("parts", number));
        return hosts;
    }

    /** The manifest of the finished run: the start, versions, counts, parts, and the work and time since this start. */
    ObjectNode manifest(List<RunReport.Counted> counts, ArrayNode parts, RunWork work, RunTimes times) {
        BuildInfo build = BuildInfo.current();
        ObjectNode json = worked(work);
        json.putObject("versions")
                .put("mhc-eval", build.version())
                .put("commit", build.commit())
                .put("spark", build.spark())
                .put("djl", build.djl())
                .put("libtorch", build.libtorch())
                .put("java", System.getProperty("java.version"));
        json.put("device", String.join("+", devices));
        json.set("hosts", hosts(parts));
        ArrayNode rows = json.putArray("counts");
        counts.forEach(counted -> rows.add(counted(counted)));
        json.set("parts", parts);
        json.set("timings", times.json());
        return json;
    }
}
