package mhc.model.probe.pipeline;

/**
 * What arXiv 2512.24880 (section 4.3.3) adds to the schedule for mHC.
 *
 * @param priorityWrite whether the kernels that write the feed-forward's output into the streams, and take their
 *     gradient apart, run on a stream of high priority; else they queue with all others
 * @param yieldingAttention whether attention lets go of its multiprocessors, which a persistent kernel keeps until it
 *     ends
 * @param decoupledRecompute whether a stage recomputes from its stored input without waiting for the gradient
 */
public record Extensions(boolean priorityWrite, boolean yieldingAttention, boolean decoupledRecompute) {
    public static final Extensions ALL = new Extensions(true, true, true);
    public static final Extensions NONE = new Extensions(false, false, false);
}
