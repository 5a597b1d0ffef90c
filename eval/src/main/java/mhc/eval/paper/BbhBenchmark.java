package mhc.eval.paper;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.BbhScorer;
import mhc.eval.score.PythonText;

/** BIG-Bench Hard with the chain-of-thought exemplars of Suzgun et al. */
final class BbhBenchmark extends GeneratedBenchmark<Example.Bbh> {
    private static final Pattern ANSWER_IS = Pattern.compile("(?i)\\banswer is:?");
    private static final Pattern OPTION = Pattern.compile("\\(?([a-z])\\)(?:[^a-z].*)?|([a-z])");

    BbhBenchmark() {
        super(
                info(Corpus.BBH, "1", PoolKind.CHAIN_OF_THOUGHT, 3, "exact_match")
                        .with(Subtasks.OWN_POOLS)
                        .withPoolAlways(),
                Example.Bbh.class,
                List.of("\nQ:"),
                1024);
    }

    @Override
    String context(Example.Bbh example, List<Example.Bbh> exemplars, String description) {
        StringBuilder context = new StringBuilder(description);
        context.append(description.isEmpty() ? "" : "\n\n");
        for (Example.Bbh exemplar : exemplars) {
            context.append("Q: %s\nA: %s\n\n".formatted(exemplar.input(), exemplar.target()));
        }
        return context.append("Q: %s\nA: Let's think step by step.".formatted(example.input()))
                .toString();
    }

    @Override
    Outcome grade(Example.Bbh example, String text) {
        String extracted = BbhScorer.extract(PythonText.strip(text));
        String robust = robust(text);
        boolean right = extracted.equals(example.target());
        return new Outcome(
                Map.of(MetricName.NO_FILTER, extracted, ROBUST, robust),
                List.of(example.target()),
                Map.of(
                        "exact_match", indicator(right),
                        "exact_match,robust", indicator(right || robust.equals(plain(example.target())))));
    }

    /** The first line after the last "answer is", without case, markup and the brackets of an option's letter. */
    private static String robust(String text) {
        String rest = text;
        Matcher matcher = ANSWER_IS.matcher(text);
        while (matcher.find()) {
            rest = text.substring(matcher.end());
        }
        return plain(PythonText.strip(rest).split("\n", 2)[0]);
    }

    private static String plain(String answer) {
        String plain = PythonText.strip(answer.toLowerCase(Locale.ROOT).replaceAll("[*`\"$]", ""));
        plain = PythonText.stripRight(plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain);
        Matcher option = OPTION.matcher(plain);
        if (!option.matches()) {
            return plain;
        }
        return option.group(1) == null ? option.group(2) : option.group(1);
    }
}
