package mhc.eval.lmeval;

import java.util.List;
import java.util.Map;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.PythonText;

/** {@code drop}: spans or numbers read out of a passage. */
final class Drop extends GenerationBenchmark<Example.Drop> {
    private static final MetricName EM = MetricName.of("em");
    private static final MetricName F1 = MetricName.of("f1");
    private static final MetricName ROBUST_EM = new MetricName("em", "robust");
    private static final MetricName ROBUST_F1 = new MetricName("f1", "robust");

    /** Keys of the answer's record in the data, in place of the answer: the template joins a dictionary. */
    private static final String BROKEN_SHOT_ANSWER = "number,date,spans";

    Drop() {
        super(
                new Definition<>(
                        info("drop", "3.0", Corpus.DROP, PoolKind.TRAIN, 3, F1),
                        Example.Drop.class,
                        ShotRule.RANDOM_APART),
                List.of("."),
                DEFAULT_MAX_TOKENS);
    }

    @Override
    boolean sameItem(Example.Drop one, Example.Drop other) {
        return one.passage().equals(other.passage()) && one.question().equals(other.question());
    }

    @Override
    String question(Example.Drop example) {
        return example.passage() + " " + example.question();
    }

    @Override
    String delimiter() {
        return "";
    }

    @Override
    String shotAnswer(Example.Drop exemplar) {
        return BROKEN_SHOT_ANSWER;
    }

    @Override
    Outcome score(Example.Drop example, String text) {
        List<List<String>> golds =
                example.answers().stream().map(Example.DropAnswer::spans).toList();
        DropMatch official = DropMatch.best(text, golds);
        // The first line, with every white space a word border: "10\n\nPassage" is the answer 10.
        String firstLine = PythonText.strip(text).lines().findFirst().orElse("");
        String robust = PythonText.squeeze(firstLine);
        DropMatch tolerant = DropMatch.best(robust, golds);
        return new Outcome(
                Map.of(MetricName.NO_FILTER, text, ROBUST_EM.filter(), robust),
                golds.stream().map(spans -> String.join(", ", spans)).toList(),
                Map.of(
                        EM.key(), official.em(),
                        F1.key(), official.f1(),
                        ROBUST_EM.key(), tolerant.em(),
                        ROBUST_F1.key(), tolerant.f1()));
    }
}
