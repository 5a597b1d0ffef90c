package mhc.eval.stats;

import java.util.Arrays;

/** The middle of what was measured: a machine that is held up for a moment does not move it. */
public final class Median {
    private Median() {}

    /** Of at least one value; of an even number, the mean of the two in the middle. */
    public static double of(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
