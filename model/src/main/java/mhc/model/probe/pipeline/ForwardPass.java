package mhc.model.probe.pipeline;

import java.util.List;
import java.util.Optional;

/** The kernels of a chunk's forward pass through a stage, each waiting for the one before. */
final class ForwardPass {
    private final RankTasks tasks;
    private final KernelTimes times;
    private final Op op;
    private final Chunk chunk;
    private final int stage;
    private int number;

    ForwardPass(RankTasks tasks, Op op, Chunk chunk) {
        this.tasks = tasks;
        this.times = tasks.times();
        this.op = op;
        this.chunk = chunk;
        this.stage = tasks.stage(chunk);
    }

    int layers() {
        return tasks.layers(chunk);
    }

    void all() {
        for (int layer = 0; layer < layers(); layer++) {
            attention();
            dispatch(layer);
            feedForward();
            combine(layer);
            write();
        }
        close();
    }

    void attention() {
        launch(Lane.COMPUTE, Kernel.READ, times.read(Pass.FORWARD));
        launch(Lane.COMPUTE, Kernel.ATTENTION, times.attention(Pass.FORWARD));
        launch(Lane.COMPUTE, Kernel.WRITE_READ, times.write(Pass.FORWARD) + times.read(Pass.FORWARD));
    }

    void dispatch(int layer) {
        if (hasExperts(layer)) {
            launch(Lane.COMMUNICATION, Kernel.DISPATCH, times.dispatch(Pass.FORWARD));
        }
    }

    void feedForward() {
        launch(Lane.COMPUTE, Kernel.FEED_FORWARD, times.feedForward());
    }

    void combine(int layer) {
        if (hasExperts(layer)) {
            launch(Lane.COMMUNICATION, Kernel.COMBINE, times.combine());
        }
    }

    /** The feed-forward's output into the streams. */
    void write() {
        launch(tasks.plan().writeLane(), Kernel.WRITE, times.write(Pass.FORWARD));
    }

    void close() {
        if (tasks.isLast(chunk)) {
            launch(Lane.COMPUTE, Kernel.HEAD, times.head());
        } else {
            tasks.add(
                    Lane.COMMUNICATION,
                    op,
                    Kernel.SEND,
                    Pass.FORWARD,
                    times.send(),
                    List.of(before()),
                    Optional.of(Signal.arrived(Pass.FORWARD, chunk, stage)));
        }
    }

    /** The first layer of all is dense. */
    private boolean hasExperts(int layer) {
        return stage > 0 || layer > 0;
    }

    private Signal before() {
        return new Signal(Pass.FORWARD, chunk, stage, number);
    }

    private void launch(Lane lane, Kernel kernel, double seconds) {
        List<Signal> needs;
        if (number > 0) {
            needs = List.of(before());
        } else {
            needs = stage == 0 ? List.of() : List.of(Signal.arrived(Pass.FORWARD, chunk, stage - 1));
        }
        number++;
        tasks.add(lane, op, kernel, Pass.FORWARD, seconds, needs, Optional.of(before()));
    }
}
