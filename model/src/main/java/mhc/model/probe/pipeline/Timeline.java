package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A simulated step: when each rank ran what. */
public final class Timeline {
    private final PipelinePlan plan;
    private final List<Integer> stages;
    private final List<Ran> ran;

    private Timeline(PipelinePlan plan, List<Integer> stages, List<Ran> ran) {
        this.plan = plan;
        this.stages = stages;
        this.ran = ran;
    }

    /** Simulates one step. */
    public static Timeline of(PipelinePlan plan) {
        List<Integer> stages = Stages.layers(plan);
        List<Task> tasks = new ArrayList<>();
        for (int rank = 0; rank < plan.step().ranks(); rank++) {
            tasks.addAll(RankTasks.of(plan, stages, rank));
        }
        return new Timeline(plan, stages, Simulation.run(tasks));
    }

    public PipelinePlan plan() {
        return plan;
    }

    /** Layers of each stage. */
    public List<Integer> stages() {
        return stages;
    }

    /** Seconds of the step. */
    public double seconds() {
        return ran.stream().mapToDouble(Ran::to).max().orElseThrow();
    }

    /** Part of a rank's step in which it computes nothing, of either lane. */
    public double bubble(int rank) {
        double busy = of(rank).filter(run -> run.task().lane() != Lane.COMMUNICATION)
                .mapToDouble(Ran::seconds)
                .sum();
        return 1 - busy / seconds();
    }

    /** The mean over ranks of {@link #bubble(int)}. */
    public double bubble() {
        double sum = 0;
        for (int rank = 0; rank < plan.step().ranks(); rank++) {
            sum += bubble(rank);
        }
        return sum / plan.step().ranks();
    }

    /**
     * Seconds of an overlapped forward and backward pass where the pipeline is full, on the rank that needs most: the
     * mean time from the end of one such pair to the end of the next, over pairs that follow each other at once.
     */
    public double pairSeconds() {
        double longest = 0;
        for (int rank = 0; rank < plan.step().ranks(); rank++) {
            longest = Math.max(longest, pairSeconds(rank));
        }
        return longest;
    }

    private double pairSeconds(int rank) {
        double sum = 0;
        int count = 0;
        Map.Entry<Op, Span> before = null;
        for (Map.Entry<Op, Span> op : ops(rank).entrySet()) {
            boolean follows = before != null && before.getKey().kind() == Op.Kind.PAIR;
            if (follows && op.getKey().kind() == Op.Kind.PAIR) {
                sum += op.getValue().to() - before.getValue().to();
                count++;
            }
            before = op;
        }
        return sum / count;
    }

    /** What a rank ran. */
    Stream<Ran> of(int rank) {
        return ran.stream().filter(run -> run.task().rank() == rank);
    }

    /** A rank's schedule with the time that each entry computed in, in order. */
    Map<Op, Span> ops(int rank) {
        Map<Op, Span> ops = new LinkedHashMap<>();
        of(rank).filter(run -> run.task().lane() != Lane.COMMUNICATION)
                .forEach(run -> ops.merge(
                        run.task().op(),
                        new Span(run.from(), run.to()),
                        (a, b) -> new Span(Math.min(a.from(), b.from()), Math.max(a.to(), b.to()))));
        return ops;
    }
}
