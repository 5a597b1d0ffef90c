package mhc.reports;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import mhc.eval.BenchmarkTally;

/**
 * A model's scores on the examples that stand in the table.
 *
 * @param nothing examples without an extracted answer, by mark
 * @param chance what an option taken blindly scores, NaN where there are none to choose from
 */
record Shown(BenchmarkTally tally, ClusterErrors errors, Map<String, Long> nothing, double chance)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    Shown(ExampleScores scores, BenchmarkTally tally, ClusterErrors errors) {
        this(tally, errors, nothing(scores), scores.chance());
    }

    static Shown of(ExampleScores scores) {
        return new Shown(scores, scores.tally(), ClusterErrors.of(scores));
    }

    private static Map<String, Long> nothing(ExampleScores scores) {
        Map<String, Long> counts = new TreeMap<>();
        scores.marks().keySet().forEach(mark -> counts.put(mark, scores.count(mark)));
        return counts;
    }

    /** Answered examples whose text holds no answer that the filter finds. */
    long nothing(String filter) {
        return nothing.getOrDefault(ExampleScores.nothing(filter), 0L);
    }
}
