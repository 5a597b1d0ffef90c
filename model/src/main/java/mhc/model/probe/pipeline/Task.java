package mhc.model.probe.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * One launch of a kernel.
 *
 * @param op the entry of the rank's schedule that it belongs to
 * @param pass forward, or one of the two halves of backward
 * @param yields whether kernels of high priority may interrupt it
 * @param needs what must have happened before
 * @param gives what others may wait for
 */
record Task(
        int rank,
        Lane lane,
        Op op,
        Kernel kernel,
        Pass pass,
        double seconds,
        boolean yields,
        List<Signal> needs,
        Optional<Signal> gives) {}
