package mhc.eval.paper;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.eval.Extracted;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.Gsm8kScorer;
import mhc.eval.score.PythonText;

/** GSM8K with worked exemplars that think step by step and end in "The answer is N." */
final class Gsm8kBenchmark extends GeneratedBenchmark<Example.Gsm8k> {
    private static final String THINK = "Let's think step by step.";
    private static final Pattern ANSWER_IS = Pattern.compile("(?i)the answer is");
    private static final Pattern NUMBER = Pattern.compile("-?\\$?(?:[0-9][0-9,]*(?:\\.[0-9]+)?|\\.[0-9]+)");
    private static final Pattern CALCULATION = Pattern.compile("<<[^<>]*>>");
    private static final String INVALID = Extracted.INVALID;

    Gsm8kBenchmark() {
        super(
                info(Corpus.GSM8K, "1", PoolKind.CHAIN_OF_THOUGHT, 8, "exact_match"),
                Example.Gsm8k.class,
                List.of("\nQ:"),
                512);
    }

    @Override
    String context(Example.Gsm8k example, List<Example.Gsm8k> exemplars, String description) {
        StringBuilder context = new StringBuilder();
        for (Example.Gsm8k exemplar : exemplars) {
            context.append("Q: %s\nA: %s %s\n\n".formatted(exemplar.question(), THINK, worked(exemplar.answer())));
        }
        return context.append("Q: %s\nA: %s".formatted(example.question(), THINK))
                .toString();
    }

    /** A worked answer without the think-step-by-step opening; a data set's "#### N" becomes "The answer is N." */
    private static String worked(String answer) {
        String text = answer.startsWith(THINK) ? PythonText.stripLeft(answer.substring(THINK.length())) : answer;
        int hashes = text.lastIndexOf("####");
        if (hashes < 0) {
            return text;
        }
        String steps = CALCULATION.matcher(text.substring(0, hashes)).replaceAll("");
        return "%s The answer is %s."
                .formatted(
                        PythonText.squeeze(steps),
                        PythonText.strip(text.substring(hashes + 4)).replace(",", ""));
    }

    @Override
    Outcome grade(Example.Gsm8k example, String text) {
        String gold = Gsm8kScorer.hashAnswer(example.answer())
                .or(() -> afterLeadIn(example.answer()))
                .orElseThrow(() ->
                        new InputException("Example %s has no final number: its answer must end in a line \"#### N\"."
                                .formatted(example.id())));
        Optional<String> strict = afterLeadIn(text);
        Optional<String> robust = strict.or(() -> lastNumber(text));
        return new Outcome(
                Map.of(MetricName.NO_FILTER, strict.orElse(INVALID), ROBUST, robust.orElse(INVALID)),
                List.of(gold),
                Map.of(
                        "exact_match", indicator(strict.filter(gold::equals).isPresent()),
                        "exact_match,robust",
                                indicator(robust.filter(answer -> sameNumber(answer, gold))
                                        .isPresent())));
    }

    /** The first number after the last "the answer is", without commas and dollar sign. */
    private static Optional<String> afterLeadIn(String text) {
        Matcher leadIn = ANSWER_IS.matcher(text);
        int end = -1;
        while (leadIn.find()) {
            end = leadIn.end();
        }
        Matcher number = NUMBER.matcher(text);
        return end >= 0 && number.find(end) ? Optional.of(plain(number.group())) : Optional.empty();
    }

    private static Optional<String> lastNumber(String text) {
        Matcher number = NUMBER.matcher(text);
        Optional<String> last = Optional.empty();
        while (number.find()) {
            last = Optional.of(plain(number.group()));
        }
        return last;
    }

    private static String plain(String number) {
        return number.replace(",", "").replace("$", "");
    }

    private static boolean sameNumber(String answer, String gold) {
        return PythonText.isFloat(gold) && new BigDecimal(answer).compareTo(new BigDecimal(gold)) == 0;
    }
}
