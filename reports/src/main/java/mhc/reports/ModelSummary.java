package mhc.reports;

import java.io.Serializable;
import java.util.Set;
import mhc.eval.BenchmarkTally;

/**
 * All that is known of one model on one benchmark without its single examples.
 *
 * @param tally of all its examples
 * @param errors of the same
 * @param shown what stands in the table
 * @param twice an id that comes more than once, or the empty string
 * @param mistake what else the user has to mend in the rows, or the empty string
 */
record ModelSummary(
        String model,
        Asked asked,
        RowCounts counts,
        BenchmarkTally tally,
        ClusterErrors errors,
        Shown shown,
        String twice,
        String mistake)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** @param common the ids that every model was asked; empty where there are none, so that each shows its own */
    static ModelSummary of(ModelRows rows, Set<String> common) {
        ExampleScores scores = rows.scores();
        String twice = "";
        for (int i = 1; i < scores.size() && twice.isEmpty(); i++) {
            twice = scores.ids()[i].equals(scores.ids()[i - 1]) ? scores.ids()[i] : "";
        }
        ClusterErrors errors = ClusterErrors.of(scores);
        Shown own = new Shown(scores, rows.tally(), errors);
        boolean all = common.isEmpty() || common.size() == scores.size();
        return new ModelSummary(
                rows.model(),
                rows.asked(),
                rows.counts(),
                rows.tally(),
                errors,
                all ? own : Shown.of(scores.only(common)),
                twice,
                rows.mistake());
    }
}
