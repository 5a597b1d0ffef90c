package mhc.jobs.executor;

import mhc.eval.Prediction;

/** Told what a shard comes to while it is evaluated; on the task's thread. */
@FunctionalInterface
interface ShardProgress {
    /** A row is made. */
    void answered(Prediction prediction);

    /** The model has read and generated so many tokens more. */
    default void worked(int prefilled, int decoded) {
        // Rows tell the tokens of their own.
    }
}
