package mhc.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import mhc.eval.stats.Difference;
import mhc.reports.BenchmarkComparison.ModelDifference;
import mhc.reports.BenchmarkComparison.ModelScore;

/** The report as one JSON document, in fractions, 0 to 1; what is not defined is null. */
final class JsonReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonReport() {}

    static String write(Report report) {
        ObjectNode json = JSON.createObjectNode()
                .put("title", report.title())
                .put("protocol", report.protocol())
                .put("baseline", report.baseline());
        report.notes().forEach(json.putArray("notes")::add);
        report.remarks().forEach(json.putArray("remarks")::add);
        ArrayNode models = json.putArray("models");
        report.provenance().forEach(each -> models.add(model(each)));
        ArrayNode benchmarks = json.putArray("benchmarks");
        report.rows().forEach(row -> benchmarks.add(benchmark(report, row)));
        ArrayNode means = json.putArray("mean_differences");
        MacroMean mean = MacroMean.of(report);
        for (String a : report.models()) {
            for (String b : report.models()) {
                mean.difference(a, b).ifPresent(d -> means.addObject()
                        .put("a", a)
                        .put("b", b)
                        .put("benchmarks", d.benchmarks())
                        .put("delta", d.delta())
                        .put("low", d.low())
                        .put("high", d.high())
                        .put("p", d.p()));
            }
        }
        try {
            return JSON.writeValueAsString(json) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode model(Provenance each) {
        ModelFacts facts = each.facts();
        ObjectNode json = JSON.createObjectNode()
                .put("model", each.model())
                .put("run", each.run())
                .put("build", facts.build())
                .put("device", facts.device())
                .put("dtype", facts.dtype())
                .put("fingerprint", facts.fingerprint())
                .put("residual", facts.residual())
                .put("parameters", facts.parameters())
                .put("hours", facts.hours())
                .put("prompt_tokens", each.promptTokens())
                .put("reused_tokens", each.reusedTokens());
        put(json, "tokens_per_second", each.tokensPerSecond());
        each.kernels().forEach(json.putArray("kernels")::add);
        return json;
    }

    private static ObjectNode benchmark(Report report, BenchmarkComparison row) {
        ObjectNode json = JSON.createObjectNode()
                .put("benchmark", row.benchmark())
                .put("metric", row.headline().metric())
                .put("filter", row.headline().filter())
                .put("shots", row.shots())
                .put("n", row.n());
        put(json, "chance", report.chances().getOrDefault(row.benchmark(), Double.NaN));
        ArrayNode scores = json.putArray("scores");
        row.models().forEach(cell -> scores.add(score(cell)));
        ArrayNode differences = json.putArray("differences");
        row.differences().forEach(pair -> differences.add(difference(pair)));
        return json;
    }

    private static ObjectNode score(ModelScore cell) {
        ObjectNode json = JSON.createObjectNode()
                .put("model", cell.model())
                .put("n", cell.score().n())
                .put("asked", cell.asked())
                .put("value", cell.score().value())
                .put("clusters", cell.clusters())
                .put("failed", cell.score().failed())
                .put("unanswered", cell.unanswered())
                .put("truncated", cell.score().truncated());
        put(json, "stderr", cell.score().stderr());
        return json;
    }

    private static ObjectNode difference(ModelDifference pair) {
        ObjectNode json = tested(pair.difference()).put("a", pair.a()).put("b", pair.b());
        put(json, "p_task", pair.taskP());
        json.put("p_holm", pair.holm())
                .put("family", pair.family())
                .put("mde", pair.minimumDetectable())
                .put("verdict", pair.verdict());
        ArrayNode tasks = json.putArray("tasks");
        pair.tasks().forEach(task -> tasks.add(tested(task.difference()).put("task", task.task())));
        return json;
    }

    private static ObjectNode tested(Difference d) {
        return JSON.createObjectNode()
                .put("n", d.n())
                .put("clusters", d.clusters())
                .put("delta", d.delta())
                .put("low", d.low())
                .put("high", d.high())
                .put("test", d.test().label())
                .put("p", d.p())
                .put("won", d.won())
                .put("lost", d.lost())
                .put("tied", d.tied());
    }

    /** JSON knows no NaN. */
    private static void put(ObjectNode json, String name, double number) {
        if (Double.isNaN(number)) {
            json.putNull(name);
        } else {
            json.put(name, number);
        }
    }
}
