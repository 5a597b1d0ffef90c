package mhc.reports;

import java.io.Serializable;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Counts over prediction rows, mergeable in any order.
 *
 * @param failed examples without an answer
 * @param truncated examples whose context lost tokens on its left
 * @param kernels paths that the model took
 */
public record RowCounts(
        long examples,
        long failed,
        long truncated,
        long promptTokens,
        long reusedTokens,
        long newTokens,
        SortedSet<String> kernels)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static final RowCounts NONE = new RowCounts(0, 0, 0, 0, 0, 0, new TreeSet<>(Set.of()));

    RowCounts plus(RowCounts other) {
        TreeSet<String> both = new TreeSet<>(kernels);
        both.addAll(other.kernels);
        return new RowCounts(
                examples + other.examples,
                failed + other.failed,
                truncated + other.truncated,
                promptTokens + other.promptTokens,
                reusedTokens + other.reusedTokens,
                newTokens + other.newTokens,
                both);
    }
}
