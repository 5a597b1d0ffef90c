package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One rank's step as launches of kernels, in the order in which its lanes get them. */
final class RankTasks {
    private final PipelinePlan plan;
    private final KernelTimes times;
    private final List<Integer> stages;
    private final int rank;
    private final List<Task> tasks = new ArrayList<>();

    private RankTasks(PipelinePlan plan, List<Integer> stages, int rank) {
        this.plan = plan;
        this.times = new KernelTimes(plan);
        this.stages = stages;
        this.rank = rank;
    }

    /** @param stages layers of each */
    static List<Task> of(PipelinePlan plan, List<Integer> stages, int rank) {
        RankTasks tasks = new RankTasks(plan, stages, rank);
        DualPipe.order(rank, plan.step().ranks(), plan.step().microBatches()).forEach(tasks::add);
        return tasks.tasks;
    }

    private void add(Op op) {
        Optional<ForwardPass> forward = op.forward().map(chunk -> new ForwardPass(this, op, chunk));
        Optional<BackwardPass> backward = op.backward().map(chunk -> new BackwardPass(this, op, chunk));
        switch (op.kind()) {
            case FORWARD -> forward.orElseThrow().all();
            case BACKWARD, INPUTS -> backward.orElseThrow().all();
            case WEIGHTS -> backward.orElseThrow().weights();
            case PAIR -> pair(forward.orElseThrow(), backward.orElseThrow());
        }
    }

    /**
     * A layer of each in turn, each computing while the other communicates: gradients go to the experts during
     * attention, tokens during the experts' backward pass, and so on (arXiv 2412.19437, Fig. 4).
     */
    private static void pair(ForwardPass forward, BackwardPass backward) {
        backward.open();
        for (int i = 0; i < Math.max(forward.layers(), backward.layers()); i++) {
            boolean onward = i < forward.layers();
            boolean back = i < backward.layers();
            int layer = backward.layers() - 1 - i;
            if (back) {
                backward.write();
            }
            if (onward) {
                forward.attention();
            }
            if (back) {
                backward.combine(layer);
            }
            if (onward) {
                forward.dispatch(i);
            }
            if (back) {
                backward.feedForward();
                backward.dispatch(layer);
            }
            if (onward) {
                forward.feedForward();
                forward.combine(i);
            }
            if (back) {
                backward.attention();
            }
            if (onward) {
                forward.write();
            }
        }
        forward.close();
        backward.close();
    }

    PipelinePlan plan() {
        return plan;
    }

    KernelTimes times() {
        return times;
    }

    int stage(Chunk chunk) {
        return chunk.stage(rank, plan.step().ranks());
    }

    int layers(Chunk chunk) {
        return stages.get(stage(chunk));
    }

    boolean isLast(Chunk chunk) {
        return stage(chunk) == stages.size() - 1;
    }

    void add(Lane lane, Op op, Kernel kernel, Pass pass, double seconds, List<Signal> needs, Optional<Signal> gives) {
        boolean yields = kernel != Kernel.ATTENTION || plan.extensions().yieldingAttention();
        tasks.add(new Task(rank, lane, op, kernel, pass, seconds, yields, needs, gives));
    }
}
