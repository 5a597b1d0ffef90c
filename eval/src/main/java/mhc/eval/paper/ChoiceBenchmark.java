package mhc.eval.paper;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.BenchmarkInfo;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.score.Choices;

/**
 * A benchmark that is answered by the option of lowest perplexity: the largest mean log-likelihood per token
 * ({@code acc}). Beside it stand the choices by summed log-likelihood ({@code acc_sum}), by log-likelihood per code point
 * ({@code acc_norm}) and per UTF-8 byte ({@code acc_bytes}) of the option.
 */
abstract class ChoiceBenchmark<E extends Example> extends PaperBenchmark<E> {
    static final String METRIC = "acc";

    ChoiceBenchmark(BenchmarkInfo info, Class<E> type) {
        super(info, type);
    }

    /** The options' texts; a blank goes before each of them in the request. */
    abstract List<String> options(E example);

    /** Index of the right option. */
    abstract int gold(E example);

    @Override
    final Request ask(E example, String context) {
        return new Request.Choice(
                context, options(example).stream().map(option -> " " + option).toList());
    }

    @Override
    final Outcome grade(E example, Answer answer) {
        List<String> options = options(example);
        if (!(answer instanceof Answer.Scores given) || given.scores().size() != options.size()) {
            throw new IllegalArgumentException(
                    "Benchmark %s needs %d scores, not %s".formatted(name(), options.size(), answer));
        }
        List<Answer.Score> scores = given.scores();
        int chosen = best(scores, options, (score, option) -> score.logLikelihood() / score.tokens());
        int bySum = best(scores, options, (score, option) -> score.logLikelihood());
        int byCodePoint = best(
                scores, options, (score, option) -> score.logLikelihood() / option.codePointCount(0, option.length()));
        int byByte = best(
                scores,
                options,
                (score, option) -> score.logLikelihood() / option.getBytes(StandardCharsets.UTF_8).length);
        int gold = gold(example);
        return new Outcome(
                Map.of(MetricName.NO_FILTER, chosen < 0 ? "" : options.get(chosen)),
                List.of(options.get(gold)),
                Map.of(
                        METRIC,
                        indicator(chosen == gold),
                        "acc_sum",
                        indicator(bySum == gold),
                        "acc_norm",
                        indicator(byCodePoint == gold),
                        "acc_bytes",
                        indicator(byByte == gold)));
    }

    private static int best(
            List<Answer.Score> scores, List<String> options, ToDoubleBiFunction<Answer.Score, String> normalized) {
        return Choices.best(IntStream.range(0, scores.size())
                .mapToDouble(i -> normalized.applyAsDouble(scores.get(i), options.get(i)))
                .toArray());
    }

    private static double indicator(boolean right) {
        return right ? 1 : 0;
    }
}
