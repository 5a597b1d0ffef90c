package mhc.eval.lmeval;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.PythonText;

/** {@code gsm8k} (random training items as exemplars) and {@code gsm8k_cot} (eight written ones). */
final class Gsm8k extends GenerationBenchmark<Example.Gsm8k> {
    private static final MetricName STRICT = new MetricName("exact_match", "strict-match");
    private static final MetricName FLEXIBLE = new MetricName("exact_match", "flexible-extract");
    private static final MetricName ROBUST = new MetricName("exact_match", "robust");

    private static final RegexFilter FLEXIBLE_FILTER = RegexFilter.last("(-?[$0-9.,]{2,})|(-?[0-9]+)");
    private static final ExactMatch EXACT_MATCH = new ExactMatch(
            List.of(
                    RegexFilter.compile(","),
                    RegexFilter.compile("\\$"),
                    RegexFilter.compile("(?s).*#### "),
                    RegexFilter.compile("\\.$")),
            true,
            false);
    private static final String AMOUNT = "[$\\s]*(-?[$]?(?:[0-9][0-9,]*(?:\\.[0-9]+)?|\\.[0-9]+))";
    private static final Pattern MARKED = Pattern.compile("(?:####|(?i:answer is))[:\\s]*" + AMOUNT);
    private static final Pattern ANY = Pattern.compile(AMOUNT);

    private final String questionMark;
    private final RegexFilter strict;
    private final boolean chainOfThought;

    private Gsm8k(
            Definition<Example.Gsm8k> definition, String questionMark, RegexFilter strict, boolean chainOfThought) {
        super(definition, List.of(questionMark, "</s>", "<|im_end|>"), DEFAULT_MAX_TOKENS);
        this.questionMark = questionMark;
        this.strict = strict;
        this.chainOfThought = chainOfThought;
    }

    static Gsm8k plain() {
        return new Gsm8k(
                definition("gsm8k", PoolKind.TRAIN, ShotRule.RANDOM),
                "Question:",
                RegexFilter.first("#### (\\-?[0-9\\.\\,]+)"),
                false);
    }

    static Gsm8k chainOfThought() {
        return new Gsm8k(
                definition("gsm8k_cot", PoolKind.CHAIN_OF_THOUGHT, ShotRule.FIRST),
                "Q:",
                RegexFilter.first("The answer is (\\-?[0-9\\.\\,]+)."),
                true);
    }

    private static Definition<Example.Gsm8k> definition(String name, PoolKind pool, ShotRule rule) {
        return new Definition<>(info(name, "3.0", Corpus.GSM8K, pool, 8, STRICT), Example.Gsm8k.class, rule);
    }

    @Override
    String question(Example.Gsm8k example) {
        return questionMark + " " + example.question() + (chainOfThought ? "\nA:" : "\nAnswer:");
    }

    @Override
    String shotAnswer(Example.Gsm8k exemplar) {
        return target(exemplar);
    }

    /** A written exemplar holds no "####", so that the one rule serves exemplars and evaluated items. */
    private String target(Example.Gsm8k example) {
        String answer = example.answer();
        int mark = answer.lastIndexOf("####");
        return chainOfThought && mark >= 0 ? PythonText.strip(answer.substring(mark + "####".length())) : answer;
    }

    @Override
    Outcome score(Example.Gsm8k example, String text) {
        String gold = target(example);
        String strictly = strict.apply(text);
        String flexibly = FLEXIBLE_FILTER.apply(text);
        Optional<BigDecimal> robust = number(text);
        boolean right = robust.isPresent() && number(example.answer()).equals(robust);
        return new Outcome(
                Map.of(
                        STRICT.filter(),
                        strictly,
                        FLEXIBLE.filter(),
                        flexibly,
                        ROBUST.filter(),
                        robust.map(BigDecimal::toPlainString).orElse(RegexFilter.INVALID)),
                EXACT_MATCH.normalise(List.of(gold)),
                Map.of(
                        STRICT.key(),
                        EXACT_MATCH.score(strictly, List.of(gold)),
                        FLEXIBLE.key(),
                        EXACT_MATCH.score(flexibly, List.of(gold)),
                        ROBUST.key(),
                        right ? 1.0 : 0.0));
    }

    /** The number after the last "####" or "answer is", else the last number of all; compared by value. */
    static Optional<BigDecimal> number(String text) {
        return lastNumber(MARKED.matcher(text)).or(() -> lastNumber(ANY.matcher(text)));
    }

    private static Optional<BigDecimal> lastNumber(Matcher matcher) {
        String last = null;
        while (matcher.find()) {
            last = matcher.group(1);
        }
        return Optional.ofNullable(last)
                .map(number -> new BigDecimal(number.replaceAll("[$,]", "")).stripTrailingZeros());
    }
}
