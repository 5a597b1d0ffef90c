package mhc.jobs.plan;

/**
 * How much a shard may cost, from what the whole run costs: the plan knows no cluster but the one of the configuration.
 * Sizes follow guided self-scheduling (Polychronopoulos and Kuck, 1987) for that number of executors: each shard is half
 * of what is left for every one of them, so that the queue, longest first, ends with short ones on any smaller cluster as
 * well.
 *
 * @param run cost of all models' shards, were they not cut
 * @param executors that the plan keeps busy to the end, work permitting
 */
record ShardSize(long run, int executors) {
    private static final int PARTS = 2;

    /** Enough for the launch of its task to be a small part. */
    static final int LEAST = 8192;

    /** What a killed executor may lose, and a heartbeat waits for. */
    static final int MOST = 1 << 18;

    /** A shard costs at least so many times what every piece of it has to do again. */
    private static final double WORTH = 1.8;

    /**
     * Bound of a shard's cost.
     *
     * @param done part of a benchmark that is cut, 0 to 1; each benchmark has its share of long and of short shards
     */
    long at(double done) {
        return (long) Math.max(LEAST, Math.min(MOST, (1 - done) * run / PARTS / executors));
    }

    /** What a shard may cost that does {@code fixed} of it however it is cut. */
    static long limit(long fixed, long bound) {
        return (long) Math.max(bound, WORTH * fixed);
    }
}
