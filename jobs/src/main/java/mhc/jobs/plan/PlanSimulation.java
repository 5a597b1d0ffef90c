package mhc.jobs.plan;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.jobs.config.RunConfig;
import mhc.jobs.run.RecordedRequest;
import mhc.jobs.run.RecordedRun;
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

    private static final TextColumns CLUSTERS = TextColumns.of(
            count("executors", 9),
            count("cut for", 9),
            count("shards", 8),
            number("again", 8, "%.1f%%"),
            number("makespan", 10, "%.1f"),
            number("floor", 10, "%.1f"),
            number("idle", 7, "%.1f%%"));

    private final RunConfig config;
    private final Configuration hadoop;
    private final String run;
    private final List<ShardPlan.Uncut> uncut;
    private final Set<String> substitutes = new LinkedHashSet<>();
    private final ToDoubleFunction<QueuedShard> length;

    private PlanSimulation(RunConfig config, String run, Configuration hadoop) {
        this.config = config;
        this.hadoop = hadoop;
        this.run = run;
        this.uncut = ShardPlan.uncut(config, hadoop);
        this.length = run.isEmpty() ? shard -> shard.cost().total() / 1e3 : recorded();
    }

    /** The queue of a plan that is cut for so many executors. */
    private record Queue(int cutFor, List<ShardPlan.Planned> plan, List<QueuedShard> shards) {}

    /**
     * Two tables: the plan by benchmark as the configuration has it cut, its costs in thousands of tokens to prefill, and
     * the queue on clusters of so many executors each, cut so and cut for that number.
     *
     * @param recorded a run on the same examples, however it was cut, whose measured costs are taken, or the empty string
     *     for estimates; a model that it did not ask takes as long as its first one
     * @throws mhc.datasets.InputException when the recorded run lacks an answer
     */
    public static String describe(RunConfig config, List<Integer> executors, String recorded) {
        return new PlanSimulation(config, recorded, new Configuration()).describe(executors);
    }

    private String describe(List<Integer> executors) {
        Queue configured = queue(config.shards().executors());
        StringBuilder text = new StringBuilder(BENCHMARKS.header()).append('\n');
        configured.plan().forEach(planned -> text.append(line(planned)).append('\n'));
        text.append("%n%d models, %d shards; %s%n%n"
                .formatted(
                        config.models().size(),
                        configured.shards().size(),
                        run.isEmpty()
                                ? "times in thousands of tokens to prefill, estimated"
                                : "times in seconds, by the answers of " + run
                                        + (substitutes.isEmpty() ? "" : " (" + String.join(", ", substitutes) + ")")));
        text.append(CLUSTERS.header()).append('\n');
        for (int number : executors) {
            text.append(line(configured, number)).append('\n');
            if (number != configured.cutFor()) {
                text.append(line(queue(number), number)).append('\n');
            }
        }
        return text.toString();
    }

    private Queue queue(int cutFor) {
        List<ShardPlan.Planned> plan = ShardPlan.cut(config, uncut, cutFor);
        List<QueuedShard> queue = new ArrayList<>();
        for (String model : config.models().keySet()) {
            for (ShardPlan.Planned planned : plan) {
                planned.shards().forEach(shard -> queue.add(new QueuedShard(model, shard, planned.cost(shard))));
            }
        }
        return new Queue(cutFor, plan, queue);
    }

    private String line(Queue queue, int executors) {
        List<String> models = List.copyOf(config.models().keySet());
        Schedule schedule = Schedule.of(
                QueuedShard.inOrder(queue.shards(), models, executors).stream()
                        .mapToDouble(length)
                        .toArray(),
                executors);
        long sum = queue.plan().stream().mapToLong(PlanSimulation::cost).sum();
        long whole = queue.plan().stream().mapToLong(PlanSimulation::whole).sum();
        return CLUSTERS.line(
                executors,
                queue.cutFor(),
                queue.shards().size(),
                again(sum, whole),
                schedule.makespan(),
                schedule.floor(),
                100 * schedule.idle());
    }

    private static String line(ShardPlan.Planned planned) {
        long longest = planned.shards().stream()
                .mapToLong(shard -> planned.cost(shard).total())
                .max()
                .orElse(0);
        return BENCHMARKS.line(
                planned.benchmark().name(),
                planned.shards().size(),
                planned.examples(),
                cost(planned) / 1e3,
                again(cost(planned), whole(planned)),
                longest / 1e3);
    }

    private static long cost(ShardPlan.Planned planned) {
        return planned.shards().stream()
                .mapToLong(shard -> planned.cost(shard).total())
                .sum();
    }

    /** What it would cost in one shard. */
    private static long whole(ShardPlan.Planned planned) {
        return ShardCost.of(planned.requests().stream().flatMap(List::stream).toList())
                .total();
    }

    /** Percentage of a sum that is beyond the whole. */
    private static double again(long sum, long whole) {
        return sum == 0 ? 0 : 100.0 * (sum - whole) / sum;
    }

    private ToDoubleFunction<QueuedShard> recorded() {
        RecordedRun recorded = RecordedRun.at(run, hadoop);
        RecordedLengths lengths = new RecordedLengths(run);
        for (String model : config.models().keySet()) {
            for (ShardPlan.Uncut benchmark : uncut) {
                lengths.add(
                        model,
                        benchmark.generates(),
                        answers(recorded, model, benchmark.benchmark().name()));
            }
        }
        return lengths::of;
    }

    /** Of the model, or of one that was asked in its place. */
    private List<List<RecordedRequest>> answers(RecordedRun recorded, String model, String benchmark) {
        for (String other :
                Stream.concat(Stream.of(model), recorded.models().stream()).toList()) {
            List<List<RecordedRequest>> answers = recorded.answers(other, benchmark);
            if (!answers.isEmpty()) {
                if (!other.equals(model)) {
                    substitutes.add(model + " as " + other);
                }
                return answers;
            }
        }
        throw new InputException("Run " + run + " has no answers to " + benchmark
                + ": give a finished run of this configuration to --recorded");
    }
}
