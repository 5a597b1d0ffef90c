package mhc.reports;

import java.io.Serializable;

/**
 * What the index of samples holds of one sub-task: entry i of each array is about the same example, and the examples stand
 * in chunks of {@link SampleExport#CHUNK} in this order.
 *
 * @param file of its chunks, below the samples' folder, without the chunk's number
 * @param scores headline score of each model on each example, in units of 1/{@link #WHOLE}
 * @param flags of each model on each example: a sum of {@link #ASKED} and the others
 * @param bytes of all its chunks
 */
record SampleTask(String benchmark, String task, String file, String[] ids, byte[][] scores, byte[][] flags, long bytes)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Units of a whole score. */
    static final int WHOLE = 200;

    static final int ASKED = 1;
    static final int FAILED = 2;
    static final int TRUNCATED = 4;

    /** The answer holds nothing that the headline's filter looks for. */
    static final int NOTHING = 8;
}
