package mhc.reports;

import java.io.Serializable;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Counts over prediction rows, mergeable in any order.
 *
 * @param failures examples without an answer, by the class of their failure
 * @param truncated examples whose context lost tokens on its left
 * @param kernels paths that the model took
 */
public record RowCounts(
        long examples,
        SortedMap<String, Long> failures,
        long truncated,
        long promptTokens,
        long reusedTokens,
        long newTokens,
        SortedSet<String> kernels)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static final RowCounts NONE = new RowCounts(0, new TreeMap<>(), 0, 0, 0, 0, new TreeSet<>(Set.of()));

    /** Examples without an answer. */
    public long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }

    RowCounts plus(RowCounts other) {
        TreeSet<String> both = new TreeSet<>(kernels);
        both.addAll(other.kernels);
        TreeMap<String, Long> causes = new TreeMap<>(failures);
        other.failures.forEach((failure, count) -> causes.merge(failure, count, Long::sum));
        return new RowCounts(
                examples + other.examples,
                causes,
                truncated + other.truncated,
                promptTokens + other.promptTokens,
                reusedTokens + other.reusedTokens,
                newTokens + other.newTokens,
                both);
    }
}
