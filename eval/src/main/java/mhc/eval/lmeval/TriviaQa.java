package mhc.eval.lmeval;

import java.util.List;
import java.util.Map;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.PythonText;

/** {@code triviaqa} ({@code rc.nocontext}): a short answer against the list of aliases. */
final class TriviaQa extends GenerationBenchmark<Example.TriviaQa> {
    private static final MetricName METRIC = new MetricName("exact_match", "remove_whitespace");
    private static final ExactMatch EXACT_MATCH = new ExactMatch(List.of(), true, true);

    TriviaQa() {
        super(
                new Definition<>(
                        info("triviaqa", "3.0", Corpus.TRIVIAQA, PoolKind.TRAIN, 5, METRIC),
                        Example.TriviaQa.class,
                        ShotRule.RANDOM_APART),
                List.of("\n", ".", ","),
                DEFAULT_MAX_TOKENS);
    }

    @Override
    boolean sameItem(Example.TriviaQa one, Example.TriviaQa other) {
        return one.question().equals(other.question()) && one.aliases().equals(other.aliases());
    }

    /** The question's own mark is kept, so that most prompts hold "??". */
    @Override
    String question(Example.TriviaQa example) {
        return "Question: " + example.question() + "?\nAnswer:";
    }

    @Override
    String shotAnswer(Example.TriviaQa exemplar) {
        if (exemplar.aliases().isEmpty()) {
            throw new InputException("Exemplar " + exemplar.id()
                    + " has no alias to show as its answer: remove it from the pool or give its aliases");
        }
        return exemplar.aliases().get(0);
    }

    @Override
    Outcome score(Example.TriviaQa example, String text) {
        String answer = PythonText.strip(text);
        return new Outcome(
                Map.of(METRIC.filter(), answer),
                example.aliases(),
                Map.of(METRIC.key(), EXACT_MATCH.score(answer, example.aliases())));
    }
}
