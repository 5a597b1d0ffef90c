package mhc.model.probe.pipeline;

/**
 * That a kernel has ended, by its number in the pass of a chunk through a stage.
 *
 * @param number counts the kernels whose results the next one needs; {@link #ARRIVED} is the one that the next stage
 *     waits for
 */
record Signal(Pass pass, Chunk chunk, int stage, int number) {
    static final int ARRIVED = -1;

    static Signal arrived(Pass pass, Chunk chunk, int stage) {
        return new Signal(pass, chunk, stage, ARRIVED);
    }
}
