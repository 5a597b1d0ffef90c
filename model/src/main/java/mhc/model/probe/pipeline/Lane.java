package mhc.model.probe.pipeline;

/** Where a rank's kernels queue, each lane in order. */
public enum Lane {
    COMPUTE,
    /** A stream of high priority: its kernels take the multiprocessors from those of {@link #COMPUTE}. */
    PRIORITY,
    /** All-to-all of the experts and sends of the pipeline, on multiprocessors of their own. */
    COMMUNICATION
}
