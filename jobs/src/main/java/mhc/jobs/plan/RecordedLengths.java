package mhc.jobs.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.jobs.run.RecordedRequest;

/**
 * Lengths of shards by a finished run, which may have been cut otherwise: the tokens that each request really took, at
 * the seconds per token of the file that it stands in.
 */
final class RecordedLengths {
    private final String run;
    private final Map<String, Recorded> requests = new HashMap<>();

    /** What one request of one model took. */
    private record Recorded(RequestCost cost, double secondsPerToken) {}

    RecordedLengths(String run) {
        this.run = run;
    }

    /** Takes in a model's answers to a benchmark, by part file. */
    void add(String model, ShardPlan.Planned planned, List<List<RecordedRequest>> parts) {
        Map<String, RequestCost> estimates = new HashMap<>();
        for (Shard shard : planned.shards()) {
            for (int i = 0; i < shard.items().size(); i++) {
                estimates.put(
                        shard.items().get(i).example().id(),
                        planned.requests().get(shard.index()).get(i));
            }
        }
        for (List<RecordedRequest> part : parts) {
            List<RequestCost> costs = new ArrayList<>();
            double seconds = 0;
            for (RecordedRequest row : part) {
                RequestCost estimate = estimates.get(row.id());
                if (estimate != null) {
                    costs.add(counted(row, estimate));
                    requests.put(model + "/" + row.id(), new Recorded(counted(row, estimate), 0));
                }
                seconds = Math.max(seconds, row.seconds());
            }
            double rate = seconds / Math.max(1, ShardCost.of(costs).total() - ShardCost.TASK);
            part.forEach(row -> requests.computeIfPresent(
                    model + "/" + row.id(), (key, recorded) -> new Recorded(recorded.cost(), rate)));
        }
    }

    /** A generation has its own tokens; those of a choice are read. What is shared is shared in proportion. */
    private static RequestCost counted(RecordedRequest row, RequestCost estimate) {
        boolean generates = estimate.generated() > 0;
        int read = row.promptTokens() + (generates ? 0 : row.newTokens());
        int shared = (int) ((long) estimate.shared() * read / Math.max(1, estimate.read()));
        return new RequestCost(read, shared, generates ? row.newTokens() : 0);
    }

    /** Seconds of a shard. */
    double of(QueuedShard queued) {
        List<RequestCost> costs = new ArrayList<>();
        double rates = 0;
        for (Shard.Item item : queued.shard().items()) {
            Recorded recorded =
                    requests.get(queued.model() + "/" + item.example().id());
            if (recorded == null) {
                throw new InputException("Run " + run + " has no answer of " + queued.model() + " to "
                        + item.example().id() + ": give a finished run of this configuration to --recorded");
            }
            costs.add(recorded.cost());
            rates += recorded.secondsPerToken();
        }
        return ShardCost.of(costs).total() * rates / costs.size();
    }
}
