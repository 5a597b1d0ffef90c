package mhc.reports;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import mhc.eval.BenchmarkTally;

/**
 * What a report takes from one model's rows of one benchmark, or from a part of them; mergeable in any order.
 *
 * @param examples of each part
 * @param mistake what the user has to mend in these rows, or the empty string
 */
record ModelRows(
        String model, Asked asked, RowCounts counts, BenchmarkTally tally, List<ExampleScores> examples, String mistake)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    ModelRows plus(ModelRows other) {
        List<ExampleScores> both = new ArrayList<>(examples);
        both.addAll(other.examples);
        return new ModelRows(
                model,
                asked.plus(other.asked),
                counts.plus(other.counts),
                tally.plus(other.tally),
                both,
                mistake.isEmpty() || !other.mistake.isEmpty() && other.mistake.compareTo(mistake) < 0
                        ? other.mistake
                        : mistake);
    }

    /** The same with one part, which holds all examples in id order. */
    ModelRows joined() {
        return new ModelRows(model, asked, counts, tally, List.of(ExampleScores.joined(examples)), mistake);
    }

    /** The same, sharing what it can with {@code other}; both are joined. */
    ModelRows sharing(ModelRows other) {
        return new ModelRows(model, asked, counts, tally, List.of(scores().sharing(other.scores())), mistake);
    }

    /** All examples, of joined rows. */
    ExampleScores scores() {
        return examples.get(0);
    }
}
