package mhc.jobs.plan;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import mhc.jobs.config.RunConfig;
import mhc.jobs.run.RecordedRequest;
import mhc.jobs.run.TextColumns;
import org.apache.hadoop.conf.Configuration;

/** A run's queue on clusters of several sizes, simulated: how long it takes, and how long executors wait at its end. */
public final class PlanSimulation {
    private static final TextColumns BENCHMARKS = TextColumns.of(
            name("benchmark", 12),
            count("shards", 7),
            count("examples", 9),
            number("cost", 9, "%.0f"),
            number("again", 7, "%.1f%%"),
            number("longest", 8, "%.1f"));

    private final RunConfig config;
    private final List<ShardPlan.Planned> plan;

    private PlanSimulation(RunConfig config, List<ShardPlan.Planned> plan) {
        this.config = config;
        this.plan = plan;
    }

    /**
     * Two tables: the plan by benchmark, its costs in thousands of tokens to prefill, and the queue on so many executors.
     *
     * @param recorded a finished run of this configuration whose measured costs are taken, or the empty string for
     *     estimates
     * @throws mhc.datasets.InputException when the recorded run lacks an answer
     */
    public static String describe(RunConfig config, List<Integer> executors, String recorded) {
        Configuration hadoop = new Configuration();
        PlanSimulation simulation = new PlanSimulation(config, ShardPlan.of(config, hadoop));
        StringBuilder text = new StringBuilder(BENCHMARKS.header()).append('\n');
        simulation.plan.forEach(planned -> text.append(line(planned)).append('\n'));
        List<QueuedShard> queued = simulation.queued();
        boolean estimated = recorded.isEmpty();
        text.append("%n%d models, %d shards; %s%n%n"
                .formatted(
                        config.models().size(),
                        queued.size(),
                        estimated
                                ? "times in thousands of tokens to prefill, estimated"
                                : "times in seconds, by the answers of " + recorded));
        ToDoubleFunction<QueuedShard> length =
                estimated ? shard -> shard.cost().total() / 1e3 : simulation.recorded(recorded, hadoop);
        List<String> models = List.copyOf(config.models().keySet());
        TextColumns clusters = TextColumns.of(
                count("executors", 9),
                number("makespan", 10, "%.1f"),
                number("floor", 10, "%.1f"),
                number("idle", 7, "%.1f%%"));
        text.append(clusters.header()).append('\n');
        for (int number : executors) {
            Schedule schedule = Schedule.of(
                    QueuedShard.inOrder(queued, models, number).stream()
                            .mapToDouble(length)
                            .toArray(),
                    number);
            text.append(clusters.line(number, schedule.makespan(), schedule.floor(), 100 * schedule.idle()))
                    .append('\n');
        }
        return text.toString();
    }

    private static String line(ShardPlan.Planned planned) {
        long sum = planned.shards().stream()
                .mapToLong(shard -> planned.cost(shard).total())
                .sum();
        long longest = planned.shards().stream()
                .mapToLong(shard -> planned.cost(shard).total())
                .max()
                .orElse(0);
        long whole = ShardCost.of(
                        planned.requests().stream().flatMap(List::stream).toList())
                .total();
        return BENCHMARKS.line(
                planned.benchmark().name(),
                planned.shards().size(),
                planned.examples(),
                sum / 1e3,
                sum == 0 ? 0.0 : 100.0 * (sum - whole) / sum,
                longest / 1e3);
    }

    private List<QueuedShard> queued() {
        List<QueuedShard> queue = new ArrayList<>();
        for (String model : config.models().keySet()) {
            for (ShardPlan.Planned planned : plan) {
                planned.shards().forEach(shard -> queue.add(new QueuedShard(model, shard, planned.cost(shard))));
            }
        }
        return queue;
    }

    private ToDoubleFunction<QueuedShard> recorded(String run, Configuration hadoop) {
        RecordedLengths lengths = new RecordedLengths(run);
        for (String model : config.models().keySet()) {
            for (ShardPlan.Planned planned : plan) {
                String benchmark = planned.benchmark().name();
                lengths.add(model, planned, RecordedRequest.read(run, model, benchmark, hadoop));
            }
        }
        return lengths::of;
    }
}
