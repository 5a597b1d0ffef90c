package mhc.reports;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import mhc.eval.MetricName;
import mhc.eval.ScoreRow;
import mhc.eval.stats.Difference;

/**
 * One row of Table 4: a benchmark's headline metric for every model, and every pair of models compared.
 *
 * @param n examples that every model in the row was asked
 * @param models in table order; models that were not asked are absent
 * @param differences pairs in table order, those with examples in common
 */
record BenchmarkComparison(
        String benchmark,
        MetricName headline,
        int shots,
        int n,
        List<ModelScore> models,
        List<ModelDifference> differences) {

    /**
     * One cell.
     *
     * @param score the whole benchmark's, with the standard error that stands in the table
     * @param independentStderr standard error that knows tasks but no clusters: lm-evaluation-harness's
     * @param clusters independent units among its examples
     * @param clusteredStderr standard error that allows for them, NaN when there is one only
     * @param taskStderr standard error as if only tasks were independent, NaN below two tasks
     * @param lacking answered examples that lack the metric, and score 0 for it
     * @param asked examples that the model was asked, whether or not the others were
     * @param unanswered answered examples of whose text no answer was taken
     */
    record ModelScore(
            ScoreRow score,
            double independentStderr,
            int clusters,
            double clusteredStderr,
            double taskStderr,
            long lacking,
            long asked,
            long unanswered) {
        String model() {
            return score.model();
        }

        /** Whether no example has an answer: the score is none then. */
        boolean failed() {
            return score.failed() == score.n();
        }
    }

    /**
     * Two models on their common examples.
     *
     * @param a the reference: the one that comes first in the table
     * @param b the one it is compared with; a positive difference, and a won example, is in b's favour
     * @param taskP p as if only tasks were independent, a sensitivity figure; NaN below two tasks
     * @param tasks the difference on each named task
     * @param holm p corrected for all tests of its family
     * @param family tests in it
     */
    record ModelDifference(
            String a,
            String b,
            Difference difference,
            double taskP,
            List<TaskDifference> tasks,
            double holm,
            int family)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        boolean significant() {
            return holm < Difference.LEVEL;
        }

        /** Smallest true difference found with 80% power at Holm's first step. */
        double minimumDetectable() {
            return difference.minimumDetectable(family);
        }

        /** What the numbers say of b, in a word. */
        String verdict() {
            if (!significant()) {
                return "not shown";
            }
            return difference.delta() > 0 ? "better" : "worse";
        }

        /** The verdict, and how large a difference that is not shown could be: the farther end of its interval. */
        String explained() {
            double most = difference.high() >= -difference.low() ? difference.high() : difference.low();
            return significant() ? verdict() : "not shown (could be up to " + Numbers.points(most) + ")";
        }

        ModelDifference withHolm(double corrected, int tests) {
            return new ModelDifference(a, b, difference, taskP, tasks, corrected, tests);
        }
    }

    /** Two models on one task of the benchmark; not corrected for the number of tasks. */
    record TaskDifference(String task, Difference difference) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    BenchmarkComparison withDifferences(List<ModelDifference> others) {
        return new BenchmarkComparison(benchmark, headline, shots, n, models, others);
    }

    Optional<ModelScore> score(String model) {
        return models.stream().filter(cell -> cell.model().equals(model)).findFirst();
    }

    /** Whether a difference of the two is shown. */
    boolean differs(String a, String b) {
        return difference(a, b).filter(ModelDifference::significant).isPresent();
    }

    Optional<ModelDifference> difference(String a, String b) {
        return differences.stream()
                .filter(pair -> pair.a().equals(a) && pair.b().equals(b))
                .findFirst();
    }
}
