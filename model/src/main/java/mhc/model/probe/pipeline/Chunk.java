package mhc.model.probe.pipeline;

/**
 * A micro-batch on its way through one stage.
 *
 * @param direction 0 from the first rank to the last, 1 the other way
 * @param number of the micro-batch in its direction
 */
record Chunk(int direction, int number) {

    /** The stage that a rank has in this direction. */
    int stage(int rank, int ranks) {
        return direction == 0 ? rank : ranks - 1 - rank;
    }
}
