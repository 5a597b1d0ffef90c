package mhc.eval.paper;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.Extracted;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.MathAnswer;
import mhc.eval.score.MathEquivalence;

/** Competition mathematics with Minerva's four exemplars; answers are compared as text. */
final class MathBenchmark extends GeneratedBenchmark<Example.MathProblem> {
    private static final String END = "I hope it is correct.";
    private static final String BOXED = "boxed";
    private static final String INVALID = Extracted.INVALID;

    MathBenchmark() {
        super(
                info(Corpus.MATH, "1", PoolKind.CHAIN_OF_THOUGHT, 4, "exact_match")
                        .with(Subtasks.COMMON_POOL),
                Example.MathProblem.class,
                List.of(END, "\nProblem:"),
                1024);
    }

    @Override
    String context(Example.MathProblem example, List<Example.MathProblem> exemplars, String description) {
        StringBuilder context = new StringBuilder();
        for (Example.MathProblem exemplar : exemplars) {
            context.append("Problem:\n%s\n\nSolution:\n%s\n\n".formatted(exemplar.problem(), worked(exemplar)));
        }
        return context.append("Problem:\n%s\n\nSolution:".formatted(example.problem()))
                .toString();
    }

    /** A solution that ends in Minerva's phrase, which a pool of ordinary problems lacks. */
    private static String worked(Example.MathProblem exemplar) {
        return exemplar.solution().endsWith(END)
                ? exemplar.solution()
                : "%s\nFinal Answer: The final answer is $%s$. %s".formatted(exemplar.solution(), gold(exemplar), END);
    }

    private static String gold(Example.MathProblem example) {
        return MathAnswer.lastBoxed(example.solution())
                .orElseThrow(() -> new InputException(
                        "Example %s has no answer: its solution must hold a \\boxed{...}.".formatted(example.id())));
    }

    @Override
    Outcome grade(Example.MathProblem example, String text) {
        String gold = gold(example);
        Optional<String> boxed = MathAnswer.lastBoxed(text);
        Optional<String> phrase = MathAnswer.finalAnswer(text);
        Optional<String> answer = phrase.or(() -> boxed);
        boolean boxedRight = boxed.filter(found -> equal(found, gold)).isPresent();
        boolean phraseRight = phrase.filter(found -> equal(found, gold)).isPresent();
        return new Outcome(
                Map.of(
                        MetricName.NO_FILTER,
                        answer.map(MathAnswer::normalize).orElse(INVALID),
                        BOXED,
                        boxed.orElse(INVALID)),
                List.of(MathAnswer.normalize(gold)),
                Map.of(
                        "exact_match",
                                indicator(answer.filter(found -> normallyEqual(found, gold))
                                        .isPresent()),
                        "exact_match,boxed",
                                indicator(boxed.filter(found -> MathEquivalence.isEquivalent(found, gold))
                                        .isPresent()),
                        "exact_match,robust", indicator(boxedRight || phraseRight)));
    }

    /** Minerva's normal form first, then the official comparison. */
    private static boolean normallyEqual(String answer, String gold) {
        return MathEquivalence.isEquivalent(MathAnswer.normalize(answer), MathAnswer.normalize(gold));
    }

    /** By either rule: Minerva's form loses what it takes for a unit, the official one keeps dollar signs. */
    private static boolean equal(String answer, String gold) {
        return normallyEqual(answer, gold) || MathEquivalence.isEquivalent(answer, gold);
    }
}
