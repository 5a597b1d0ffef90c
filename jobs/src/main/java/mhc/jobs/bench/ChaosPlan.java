package mhc.jobs.bench;

import java.util.SplittableRandom;

/**
 * What a round does, from its seed alone. Consecutive seeds take the faults in turn.
 *
 * @param commits part files that have appeared when the fault comes: at least one, at most half of all
 * @param delaySeconds from the last of these to the fault
 * @param victim which of two workers or executors
 * @param stoppedSeconds after which a stopped executor goes on, if it is still there
 */
record ChaosPlan(long seed, Fault fault, int commits, double delaySeconds, int victim, double stoppedSeconds) {
    private static final double MOST_DELAY = 1;
    private static final double MOST_STOPPED = 45;

    /** @param parts of the whole run */
    static ChaosPlan of(long seed, int parts) {
        Fault[] faults = Fault.values();
        SplittableRandom random = new SplittableRandom(seed);
        return new ChaosPlan(
                seed,
                faults[(int) Math.floorMod(seed, (long) faults.length)],
                1 + random.nextInt(Math.max(1, parts / 2)),
                random.nextDouble() * MOST_DELAY,
                random.nextInt(2),
                random.nextDouble() * MOST_STOPPED);
    }
}
