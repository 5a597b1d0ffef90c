package mhc.model.probe.pipeline;

/** Everything that a simulated step depends on. */
public record PipelinePlan(MoeShape shape, Machine machine, Step step, Streams streams, Extensions extensions) {

    /** The same with the plain residual and the schedule as it was before mHC. */
    public PipelinePlan plain() {
        return new PipelinePlan(shape, machine, step, Streams.PLAIN, Extensions.NONE);
    }

    public PipelinePlan with(Extensions other) {
        return new PipelinePlan(shape, machine, step, streams, other);
    }

    public PipelinePlan with(Machine other) {
        return new PipelinePlan(shape, other, step, streams, extensions);
    }

    public PipelinePlan with(Step other) {
        return new PipelinePlan(shape, machine, other, streams, extensions);
    }

    public PipelinePlan with(Streams other) {
        return new PipelinePlan(shape, machine, step, other, extensions);
    }

    /**
     * Where the feed-forward's output is written into the streams. The plain sum is part of collecting the experts'
     * answers.
     */
    Lane writeLane() {
        if (streams.plain()) {
            return Lane.COMMUNICATION;
        }
        return extensions.priorityWrite() ? Lane.PRIORITY : Lane.COMPUTE;
    }
}
