package mhc.jobs.driver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.run.RunDirectory;
import mhc.model.Work;

/**
 * What the shards evaluated since this start took, per model and benchmark. Unlike the counts it knows nothing of
 * shards that an earlier start committed, and nothing of attempts that failed.
 */
final class RunWork {
    private final Map<String, Map<String, Total>> totals = new TreeMap<>();

    /** Sums over shards. */
    private record Total(int shards, double loadSeconds, Work work) {
        Total plus(ShardResult result) {
            return new Total(shards + 1, loadSeconds + result.loadSeconds(), work.plus(result.work()));
        }
    }

    void add(List<ShardResult> results) {
        for (ShardResult result : results) {
            totals.computeIfAbsent(result.model(), key -> new TreeMap<>())
                    .merge(
                            result.benchmark(),
                            new Total(0, 0, Work.NONE).plus(result),
                            (before, one) -> before.plus(result));
        }
    }

    ArrayNode json() {
        ArrayNode array = RunDirectory.object().arrayNode();
        totals.forEach((model, benchmarks) ->
                benchmarks.forEach((benchmark, total) -> array.add(entry(model, benchmark, total))));
        return array;
    }

    private static ObjectNode entry(String model, String benchmark, Total total) {
        Work work = total.work();
        double seconds = work.tokeniseSeconds() + work.prefillSeconds() + work.decodeSeconds();
        return RunDirectory.object()
                .put("model", model)
                .put("benchmark", benchmark)
                .put("shards", total.shards())
                .put("prompt_tokens", work.promptTokens())
                .put("reused_tokens", work.reusedTokens())
                .put("prefilled_tokens", work.prefilledTokens())
                .put("decoded_tokens", work.decodedTokens())
                .put("padding_tokens", work.paddingTokens())
                .put("head_positions", work.headPositions())
                .put("passes", work.passes())
                .put("steps", work.steps())
                .put("load_seconds", total.loadSeconds())
                .put("tokenise_seconds", work.tokeniseSeconds())
                .put("prefill_seconds", work.prefillSeconds())
                .put("decode_seconds", work.decodeSeconds())
                .put("tokens_per_second", seconds == 0 ? 0 : (work.promptTokens() + work.decodedTokens()) / seconds);
    }
}
