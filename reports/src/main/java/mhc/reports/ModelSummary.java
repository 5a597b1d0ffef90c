package mhc.reports;

import java.io.Serializable;
import mhc.eval.BenchmarkTally;

/**
 * All that is known of one model on one benchmark without its single examples.
 *
 * @param twice an id that comes more than once, or the empty string
 * @param mistake what else the user has to mend in the rows, or the empty string
 */
record ModelSummary(
        String model,
        Asked asked,
        RowCounts counts,
        BenchmarkTally tally,
        ClusterErrors errors,
        String twice,
        String mistake)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    static ModelSummary of(ModelRows rows) {
        ExampleScores scores = rows.scores();
        String twice = "";
        for (int i = 1; i < scores.size() && twice.isEmpty(); i++) {
            twice = scores.ids()[i].equals(scores.ids()[i - 1]) ? scores.ids()[i] : "";
        }
        return new ModelSummary(
                rows.model(),
                rows.asked(),
                rows.counts(),
                rows.tally(),
                ClusterErrors.of(scores),
                twice,
                rows.mistake());
    }
}
