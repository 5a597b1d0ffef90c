package mhc.eval.lmeval;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.eval.Answer;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;

/** A task that compares the log-likelihoods of given choices ({@code output_type: multiple_choice}). */
abstract non-sealed class MultipleChoiceBenchmark<E extends Example> extends LmEvalBenchmark<E> {
    static final MetricName ACC = MetricName.of("acc");
    static final MetricName ACC_NORM = MetricName.of("acc_norm");

    private final boolean lengthNormalised;

    /** @param lengthNormalised whether the task has {@code acc_norm} beside {@code acc} */
    MultipleChoiceBenchmark(Definition<E> definition, boolean lengthNormalised) {
        super(definition);
        this.lengthNormalised = lengthNormalised;
    }

    /** The choices' texts, without the delimiter before them. */
    abstract List<String> choices(E example);

    /** Zero-based place of the right choice. */
    abstract int gold(E example);

    @Override
    final String shotAnswer(E exemplar) {
        return choices(exemplar).get(gold(exemplar));
    }

    @Override
    public final Request request(Example example, Shots shots) {
        List<String> continuations = choices(item(example)).stream()
                .map(choice -> delimiter() + choice)
                .toList();
        return new Request.Choice(context(example, shots), continuations);
    }

    @Override
    public final Outcome score(Example example, Answer answer) {
        List<String> choices = choices(item(example));
        if (!(answer instanceof Answer.Scores scored) || scored.scores().size() != choices.size()) {
            throw new IllegalArgumentException(
                    "%s scores %d log-likelihoods, not %s".formatted(name(), choices.size(), answer));
        }
        double[] sums = new double[choices.size()];
        double[] means = new double[choices.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = scored.scores().get(i).logLikelihood();
            // Code points of the bare choice, as Python's len; an empty choice divides by zero there, too.
            means[i] = sums[i] / choices.get(i).codePointCount(0, choices.get(i).length());
        }
        Map<String, String> extracted = new HashMap<>();
        Map<String, Double> metrics = new HashMap<>();
        int gold = gold(item(example));
        extracted.put(MetricName.NO_FILTER, choices.get(argmax(sums)));
        metrics.put(ACC.key(), argmax(sums) == gold ? 1.0 : 0.0);
        if (lengthNormalised) {
            extracted.put(ACC_NORM.metric(), choices.get(argmax(means)));
            metrics.put(ACC_NORM.key(), argmax(means) == gold ? 1.0 : 0.0);
        }
        return new Outcome(extracted, List.of(choices.get(gold)), metrics);
    }

    /** {@code numpy.argmax}: the first of the largest, and a NaN is larger than every number. */
    static int argmax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length && !Double.isNaN(values[best]); i++) {
            if (values[i] > values[best] || Double.isNaN(values[i])) {
                best = i;
            }
        }
        return best;
    }
}
