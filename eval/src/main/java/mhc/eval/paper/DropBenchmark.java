package mhc.eval.paper;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.DropScorer;
import mhc.eval.score.PythonText;

/**
 * DROP with the answer's type in the lead-in, as DeepSeek-V2's appendix G prints it. The lead-in tells number, date, span
 * and spans apart; only an answer that was announced as "spans" is split, at ", ".
 */
final class DropBenchmark extends GeneratedBenchmark<Example.Drop> {
    private static final Pattern SENTENCE_END = Pattern.compile("\\.\\s");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9,]*(?:\\.[0-9]+)?");

    DropBenchmark() {
        super(info(Corpus.DROP, "1", PoolKind.TRAIN, 3, "f1"), Example.Drop.class, List.of("\n"), 64);
    }

    @Override
    String context(Example.Drop example, List<Example.Drop> exemplars, String description) {
        StringBuilder context = new StringBuilder();
        String passage = null;
        for (Example.Drop exemplar : exemplars) {
            context.append(heading(exemplar, passage));
            context.append(
                    " %s.\n\n".formatted(String.join(", ", reference(exemplar).spans())));
            passage = exemplar.passageId();
        }
        return context.append(heading(example, passage)).toString();
    }

    /** Passage (unless it is the one before), question and lead-in, up to where the answer starts. */
    private static String heading(Example.Drop example, String passageBefore) {
        String passage =
                example.passageId().equals(passageBefore) ? "" : """
                        Passage: %s

                        Answer the following questions based on the above passage, please calculate carefully if \
                        calculation is necessary.
                        """.formatted(PythonText.strip(example.passage()));
        return passage
                + "Q: %s\nA: The answer type is %s. So according to above Passage, the answer is"
                        .formatted(PythonText.strip(example.question()), type(example));
    }

    /** The first annotator's answer, or the next where that one is blank. */
    private static Example.DropAnswer reference(Example.Drop example) {
        return example.answers().stream()
                .filter(answer -> !answer.spans().get(0).isBlank())
                .findFirst()
                .orElse(example.answers().get(0));
    }

    private static String type(Example.Drop example) {
        Example.DropAnswer reference = reference(example);
        return switch (reference.kind()) {
            case NUMBER -> "number";
            case DATE -> "date";
            case SPANS -> reference.spans().size() == 1 ? "span" : "spans";
        };
    }

    @Override
    Outcome grade(Example.Drop example, String text) {
        List<List<String>> golds =
                example.answers().stream().map(Example.DropAnswer::spans).toList();
        String type = type(example);
        List<String> answer = parts(PythonText.strip(text), type);
        List<String> robust = parts(firstSentence(PythonText.strip(text), type), type);
        DropScorer.Score score = DropScorer.best(answer, golds);
        DropScorer.Score robustScore = DropScorer.best(robust, golds);
        return new Outcome(
                Map.of(MetricName.NO_FILTER, String.join(", ", answer), ROBUST, String.join(", ", robust)),
                golds.stream().map(gold -> String.join(", ", gold)).toList(),
                Map.of(
                        "f1", score.f1(),
                        "em", score.exactMatch(),
                        "f1,robust", Math.max(score.f1(), robustScore.f1()),
                        "em,robust", Math.max(score.exactMatch(), robustScore.exactMatch())));
    }

    private static List<String> parts(String answer, String type) {
        String plain = answer.endsWith(".") ? answer.substring(0, answer.length() - 1) : answer;
        if (!type.equals("spans")) {
            return List.of(plain);
        }
        List<String> parts = Stream.of(plain.split(", "))
                .map(PythonText::strip)
                .filter(part -> !part.isEmpty())
                .toList();
        return parts.isEmpty() ? List.of("") : parts;
    }

    /** What stands before the first full stop that ends a sentence; of an answer announced as a number, the number. */
    private static String firstSentence(String answer, String type) {
        Matcher end = SENTENCE_END.matcher(answer);
        String sentence = end.find() ? answer.substring(0, end.start()) : answer;
        Matcher number = NUMBER.matcher(sentence);
        return type.equals("number") && number.find() ? number.group() : sentence;
    }
}
