package mhc.eval.lmeval;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.MetricName;
import mhc.eval.Outcome;

/** {@code minerva_math}, 7 subjects: solutions after Minerva's four exemplars, final answers compared as expressions. */
final class MinervaMath extends GenerationBenchmark<Example.MathProblem> {
    private static final MetricName METRIC = MetricName.of("exact_match");
    private static final MetricName ROBUST = new MetricName("exact_match", "robust");
    private static final Pattern LONE_BACKSLASH = Pattern.compile("(?<!\\\\)\\\\\\n");

    MinervaMath() {
        super(
                new Definition<>(
                        info("math", "3.1", Corpus.MATH, PoolKind.CHAIN_OF_THOUGHT, 4, METRIC)
                                .with(Subtasks.COMMON_POOL),
                        Example.MathProblem.class,
                        ShotRule.FIRST),
                List.of("Problem:"),
                DEFAULT_MAX_TOKENS);
    }

    @Override
    String question(Example.MathProblem example) {
        return "Problem:\n" + example.problem() + "\n\nSolution:";
    }

    @Override
    String shotQuestion(Example.MathProblem exemplar) {
        String problem = withoutMisprints(exemplar.problem());
        return "Problem:\n" + problem + "\n\nSolution:";
    }

    @Override
    String shotAnswer(Example.MathProblem exemplar) {
        return withoutMisprints(exemplar.solution());
    }

    /**
     * The exemplars circulate with misprints of older harness versions, which 0.4.13 has corrected: single backslashes at
     * line ends where LaTeX breaks lines with two, and a closing brace too many behind the last sentence.
     */
    static String withoutMisprints(String text) {
        String broken = LONE_BACKSLASH.matcher(text).replaceAll("\\\\\\\\\n");
        return broken.endsWith("$.}") ? broken.substring(0, broken.length() - 1) : broken;
    }

    @Override
    Outcome score(Example.MathProblem example, String text) {
        String gold = MinervaAnswer.ofSolution(example);
        String answer = MinervaAnswer.official(text);
        String robust = MinervaAnswer.robust(text);
        return new Outcome(
                Map.of(MetricName.NO_FILTER, answer, ROBUST.filter(), robust),
                List.of(gold),
                Map.of(
                        METRIC.key(),
                        MinervaAnswer.equivalent(answer, gold) ? 1.0 : 0.0,
                        ROBUST.key(),
                        MinervaAnswer.equivalent(robust, gold) ? 1.0 : 0.0));
    }
}
