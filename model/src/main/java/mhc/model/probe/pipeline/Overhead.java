package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a way of training with hyper-connections costs beside the plain residual on the same machine.
 *
 * @param what is different from the plan as given
 * @param timeline of the step with hyper-connections
 * @param pair of the time of an overlapped forward and backward pass beyond the plain one's, 0.05 being 5 %
 * @param step likewise of the whole step
 */
public record Overhead(String what, Timeline timeline, double pair, double step) {

    /** By how much assumptions are moved, down and up. */
    private static final double[] FACTORS = {2.0 / 3, 3.0 / 2};

    /** One of a plan's assumptions, multiplied. */
    private interface Assumption {
        PipelinePlan multiplied(PipelinePlan plan, double factor);
    }

    public static Overhead of(String what, PipelinePlan plan) {
        return of(what, plan, Timeline.of(plan.plain()));
    }

    private static Overhead of(String what, PipelinePlan plan, Timeline plain) {
        Timeline timeline = Timeline.of(plan);
        return new Overhead(
                what,
                timeline,
                timeline.pairSeconds() / plain.pairSeconds() - 1,
                timeline.seconds() / plain.seconds() - 1);
    }

    /** The plan as given, without each of the paper's extensions, without any, and without recomputing. */
    public static List<Overhead> ofExtensions(PipelinePlan plan) {
        Extensions all = plan.extensions();
        Map<String, PipelinePlan> plans = new LinkedHashMap<>();
        plans.put("as given", plan);
        plans.put(
                "no stream of high priority",
                plan.with(new Extensions(false, all.yieldingAttention(), all.decoupledRecompute())));
        plans.put(
                "persistent attention",
                plan.with(new Extensions(all.priorityWrite(), false, all.decoupledRecompute())));
        plans.put(
                "recompute after the gradient",
                plan.with(new Extensions(all.priorityWrite(), all.yieldingAttention(), false)));
        plans.put("none of the three", plan.with(Extensions.NONE));
        Streams streams = plan.streams();
        plans.put(
                "as given, nothing recomputed",
                plan.with(new Streams(streams.count(), false, streams.fusedGradient())));
        Timeline plain = Timeline.of(plan.plain());
        return plans.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue(), plain))
                .toList();
    }

    /** The plan with each assumption at two thirds and at one and a half of its value, for plain and mHC alike. */
    public static List<Overhead> ofAssumptions(PipelinePlan plan) {
        Map<String, Assumption> assumptions = new LinkedHashMap<>();
        assumptions.put("products", (p, factor) -> p.with(p.machine().scaled(factor, 1, 1)));
        assumptions.put("memory", (p, factor) -> p.with(p.machine().scaled(1, factor, 1)));
        assumptions.put("network", (p, factor) -> p.with(p.machine().scaled(1, 1, factor)));
        assumptions.put(
                "copies to other nodes",
                (p, factor) -> p.with(p.step().withCopies(p.step().copies() * factor)));
        List<Overhead> overheads = new ArrayList<>();
        assumptions.forEach((name, assumption) -> {
            for (double factor : FACTORS) {
                overheads.add(of("%s x %.2f".formatted(name, factor), assumption.multiplied(plan, factor)));
            }
        });
        Streams streams = plan.streams();
        overheads.add(of(
                "gradients of reads in %s".formatted(streams.fusedGradient() ? "two kernels" : "one kernel"),
                plan.with(new Streams(streams.count(), streams.recomputed(), !streams.fusedGradient()))));
        return overheads;
    }
}
