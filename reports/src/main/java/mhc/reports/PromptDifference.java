package mhc.reports;

import java.io.Serializable;
import mhc.datasets.InputException;

/**
 * Two models that were not asked the same on a benchmark.
 *
 * @param shared examples that both were asked
 * @param prompts among them those whose requests differ
 * @param clusters among them those that stand in different clusters
 * @param example id of the first one
 */
record PromptDifference(String benchmark, String a, String b, int shared, int prompts, int clusters, String example)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    boolean isOf(String one, String other) {
        return a.equals(one) && b.equals(other) || a.equals(other) && b.equals(one);
    }

    /** {@code 3 of 40 examples that a and b share have another prompt, 0 another cluster (the first: gsm8k/test/7)}. */
    String sentence() {
        return prompts + " of " + shared + " examples that " + a + " and " + b + " share have another prompt, "
                + clusters + " another cluster (the first: " + example + ")";
    }

    InputException refusal() {
        return new InputException("Benchmark " + benchmark + ": " + sentence()
                + ": evaluate both on the same files with the same release, or give --allow-different-prompts");
    }
}
