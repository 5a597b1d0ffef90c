package mhc.model.probe.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernels of a chunk's backward pass through a stage, each waiting for the one before; weights' gradients for none.
 */
final class BackwardPass {
    private final RankTasks tasks;
    private final KernelTimes times;
    private final Op op;
    private final Chunk chunk;
    private final int stage;
    private int number;

    /** Whether a kernel already waits for the gradient from the next stage. */
    private boolean waiting;

    BackwardPass(RankTasks tasks, Op op, Chunk chunk) {
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
        open();
        for (int layer = layers() - 1; layer >= 0; layer--) {
            write();
            combine(layer);
            feedForward();
            dispatch(layer);
            attention();
        }
        close();
    }

    /** The streams once more, which only wait for the gradient where that is asked for; the head's own gradient. */
    void open() {
        double seconds = times.recompute(layers());
        if (seconds > 0) {
            boolean waits = !tasks.plan().extensions().decoupledRecompute();
            launch(Lane.COMPUTE, Kernel.RECOMPUTE, seconds, waits ? gradient() : List.of());
        }
        if (tasks.isLast(chunk)) {
            launch(Lane.COMPUTE, Kernel.HEAD, times.head());
            weights(Kernel.HEAD, times.head());
        }
    }

    void write() {
        launch(tasks.plan().writeLane(), Kernel.WRITE, times.write(Pass.BACKWARD));
    }

    /** The gradients of the experts' answers, to the experts. */
    void combine(int layer) {
        if (hasExperts(layer)) {
            launch(Lane.COMMUNICATION, Kernel.COMBINE, times.combine());
        }
    }

    void feedForward() {
        launch(Lane.COMPUTE, Kernel.FEED_FORWARD, times.feedForward());
        weights(Kernel.FEED_FORWARD, times.feedForward());
    }

    void dispatch(int layer) {
        if (hasExperts(layer)) {
            launch(Lane.COMMUNICATION, Kernel.DISPATCH, times.dispatch(Pass.BACKWARD));
        }
    }

    void attention() {
        launch(Lane.COMPUTE, Kernel.WRITE_READ, times.read(Pass.BACKWARD) + times.write(Pass.BACKWARD));
        launch(Lane.COMPUTE, Kernel.ATTENTION, times.attention(Pass.BACKWARD));
        weights(Kernel.ATTENTION, times.attention(Pass.WEIGHTS));
        launch(Lane.COMPUTE, Kernel.READ, times.read(Pass.BACKWARD));
    }

    void close() {
        if (stage > 0) {
            Signal arrived = Signal.arrived(Pass.BACKWARD, chunk, stage);
            tasks.add(
                    Lane.COMMUNICATION,
                    op,
                    Kernel.SEND,
                    Pass.BACKWARD,
                    times.send(),
                    List.of(before()),
                    Optional.of(arrived));
        }
    }

    /** All gradients of weights at once, if they were postponed. */
    void weights() {
        double seconds = layers() * (times.feedForward() + times.attention(Pass.WEIGHTS));
        if (tasks.isLast(chunk)) {
            seconds += times.head();
        }
        tasks.add(Lane.COMPUTE, op, Kernel.FEED_FORWARD, Pass.WEIGHTS, seconds, List.of(), Optional.empty());
    }

    private void weights(Kernel kernel, double seconds) {
        if (op.kind() != Op.Kind.INPUTS) {
            tasks.add(Lane.COMPUTE, op, kernel, Pass.WEIGHTS, seconds, List.of(before()), Optional.empty());
        }
    }

    private boolean hasExperts(int layer) {
        return stage > 0 || layer > 0;
    }

    private Signal before() {
        return new Signal(Pass.BACKWARD, chunk, stage, number);
    }

    /** What the first kernel that needs a gradient waits for. */
    private List<Signal> gradient() {
        return tasks.isLast(chunk) ? List.of() : List.of(Signal.arrived(Pass.BACKWARD, chunk, stage + 1));
    }

    private void launch(Lane lane, Kernel kernel, double seconds) {
        List<Signal> needs = new ArrayList<>();
        if (number > 0) {
            needs.add(before());
        }
        if (!waiting) {
            needs.addAll(gradient());
            waiting = true;
        }
        launch(lane, kernel, seconds, needs);
    }

    private void launch(Lane lane, Kernel kernel, double seconds, List<Signal> needs) {
        number++;
        tasks.add(lane, op, kernel, Pass.BACKWARD, seconds, List.copyOf(needs), Optional.of(before()));
    }
}
