package mhc.jobs.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import mhc.eval.Answer;

/**
 * How a model in one type agrees with itself in another over some questions.
 *
 * @param questions how many
 * @param positions tokens of their prompts
 * @param sameTokens positions behind which the most likely token is the same
 * @param errors |difference| of the log-likelihoods of each continuation, in nats
 * @param texts generated in both types
 * @param sameTexts of these, those that are equal
 * @param score mean of the benchmark's headline metric in the first type
 * @param otherScore in the second
 * @param changed questions whose metric differs
 */
record Agreement(
        int questions,
        long positions,
        long sameTokens,
        double[] errors,
        int texts,
        int sameTexts,
        double score,
        double otherScore,
        int changed) {

    /**
     * What a model in one type made of the questions, in order.
     *
     * @param tokens most likely ones behind each token of a prompt
     * @param metrics the headline metric of each answer
     */
    record Observed(List<Answer> answers, List<int[]> tokens, double[] metrics) {}

    static Agreement of(Observed first, Observed second) {
        long positions = 0;
        long same = 0;
        int texts = 0;
        int sameTexts = 0;
        double[] errors = {};
        for (int i = 0; i < first.answers().size(); i++) {
            int[] tokens = first.tokens().get(i);
            int[] others = second.tokens().get(i);
            positions += tokens.length;
            same += IntStream.range(0, tokens.length)
                    .filter(at -> tokens[at] == others[at])
                    .count();
            Answer answer = first.answers().get(i);
            Answer other = second.answers().get(i);
            if (answer instanceof Answer.Scores a && other instanceof Answer.Scores b) {
                errors = joined(errors, errors(a.scores(), b.scores()));
            } else if (answer instanceof Answer.Text a && other instanceof Answer.Text b) {
                texts++;
                sameTexts += Objects.equals(a.text(), b.text()) ? 1 : 0;
            }
        }
        double[] metrics = first.metrics();
        int changed = (int) IntStream.range(0, metrics.length)
                .filter(i -> metrics[i] != second.metrics()[i])
                .count();
        return new Agreement(
                metrics.length,
                positions,
                same,
                errors,
                texts,
                sameTexts,
                Arrays.stream(metrics).average().orElse(Double.NaN),
                Arrays.stream(second.metrics()).average().orElse(Double.NaN),
                changed);
    }

    private static double[] errors(List<Answer.Score> first, List<Answer.Score> second) {
        return IntStream.range(0, first.size())
                .mapToDouble(i ->
                        Math.abs(first.get(i).logLikelihood() - second.get(i).logLikelihood()))
                .toArray();
    }

    private static double[] joined(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** NaN where there are no continuations. */
    double meanError() {
        return Arrays.stream(errors).average().orElse(Double.NaN);
    }

    /** NaN where there are no continuations. */
    double largestError() {
        return Arrays.stream(errors).max().orElse(Double.NaN);
    }
}
