package mhc.eval.paper;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.PythonText;
import mhc.eval.score.TriviaQaScorer;

/** TriviaQA without a context: one line of answer. */
final class TriviaQaBenchmark extends GeneratedBenchmark<Example.TriviaQa> {

    TriviaQaBenchmark() {
        super(info(Corpus.TRIVIAQA, "1", PoolKind.TRAIN, 5, "exact_match"), Example.TriviaQa.class, List.of("\n"), 50);
    }

    @Override
    String context(Example.TriviaQa example, List<Example.TriviaQa> exemplars, String description) {
        StringBuilder context = new StringBuilder("Answer these questions:\n");
        for (Example.TriviaQa exemplar : exemplars) {
            String answer = golds(exemplar).stream()
                    .findFirst()
                    .orElseThrow(() -> new InputException(
                            "Exemplar %s has no answer: take it out of the few-shot pool.".formatted(exemplar.id())));
            context.append("Q: %s\nA: %s\n".formatted(PythonText.strip(exemplar.question()), answer));
        }
        return context.append("Q: %s\nA:".formatted(PythonText.strip(example.question())))
                .toString();
    }

    /** The preferred answer first, then the aliases. */
    private static List<String> golds(Example.TriviaQa example) {
        return Stream.concat(Stream.of(example.value()), example.aliases().stream())
                .filter(answer -> !answer.isBlank())
                .distinct()
                .toList();
    }

    @Override
    Outcome grade(Example.TriviaQa example, String text) {
        String answer = PythonText.strip(text);
        List<String> golds = golds(example);
        return new Outcome(
                Map.of(MetricName.NO_FILTER, answer),
                golds,
                Map.of(
                        "exact_match", indicator(TriviaQaScorer.exactMatch(answer, golds)),
                        "f1", TriviaQaScorer.f1(answer, golds)));
    }
}
