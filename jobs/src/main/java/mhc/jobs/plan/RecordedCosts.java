package mhc.jobs.plan;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Benchmark;
import mhc.jobs.run.RecordedRequest;
import mhc.jobs.run.RecordedRun;

/**
 * What a benchmark's requests took in a run, in the place of estimates: a model's tokenizer, the length of its context,
 * and above all how long its answers are, no text tells. Of several models each example has its dearest answer.
 */
final class RecordedCosts {
    private final Map<String, RequestCost> costs = new HashMap<>();

    /** @param generated whether the benchmark's new tokens are generated, or read */
    RecordedCosts(RecordedRun run, Benchmark benchmark, boolean generated) {
        for (String model : run.models()) {
            for (List<RecordedRequest> part : run.answers(model, benchmark.name())) {
                part.forEach(request -> costs.merge(request.id(), cost(request, generated), RecordedCosts::dearer));
            }
        }
    }

    /** Of a request of the plan, which keeps its estimate where the run did not ask it. */
    ShardCutter.Costed of(ShardCutter.Costed estimated) {
        String id = estimated.item().example().id();
        return new ShardCutter.Costed(estimated.item(), costs.getOrDefault(id, estimated.cost()));
    }

    private static RequestCost cost(RecordedRequest request, boolean generated) {
        return new RequestCost(
                request.promptTokens() + (generated ? 0 : request.newTokens()),
                request.reusedTokens(),
                generated ? request.newTokens() : 0);
    }

    private static RequestCost dearer(RequestCost one, RequestCost other) {
        return own(one) >= own(other) ? one : other;
    }

    /** Without what is read for others as well. */
    private static long own(RequestCost cost) {
        return ShardCost.NONE.plus(cost).total() - cost.shared();
    }
}
