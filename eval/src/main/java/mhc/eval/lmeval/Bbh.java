package mhc.eval.lmeval;

import java.util.List;
import java.util.Map;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.InputException;
import mhc.datasets.PoolKind;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.score.BbhScorer;
import mhc.eval.score.PythonText;

/** {@code bbh_cot_fewshot}, 27 tasks: worked answers after three written exemplars. */
final class Bbh extends GenerationBenchmark<Example.Bbh> {
    private static final MetricName METRIC = new MetricName("exact_match", "get-answer");
    private static final MetricName ROBUST = new MetricName("exact_match", "robust");
    private static final RegexFilter FILTER = RegexFilter.first("(?<=the answer is )(.*)(?=.)");
    private static final String LEAD = "Let's think step by step.";

    Bbh() {
        super(
                new Definition<>(
                        info("bbh", "4.0", Corpus.BBH, PoolKind.CHAIN_OF_THOUGHT, 3, METRIC)
                                .with(Subtasks.OWN_POOLS)
                                .withPoolAlways(),
                        Example.Bbh.class,
                        ShotRule.FIRST),
                List.of("</s>", "Q", "\n\n"),
                1024);
    }

    @Override
    String description(String task, FewShotPool pool) {
        String description = pool.descriptions().get(task);
        if (description == null) {
            throw new InputException("The few-shot pool of bbh has no description of " + task
                    + ": give the cot-prompts folder, whose files open with it");
        }
        return PythonText.strip(description) + "\n\n";
    }

    @Override
    String delimiter() {
        return "";
    }

    @Override
    String question(Example.Bbh example) {
        return "Q: " + example.input() + "\nA: " + LEAD + "\n";
    }

    /** The lead belongs to the question here; one task's exemplars go on after a blank instead of a new line. */
    @Override
    String shotAnswer(Example.Bbh exemplar) {
        String target = exemplar.target();
        return target.startsWith(LEAD) ? PythonText.stripLeft(target.substring(LEAD.length())) : target;
    }

    @Override
    Outcome score(Example.Bbh example, String text) {
        String answer = FILTER.apply(text);
        // BIG-Bench Hard's own rule, which a blank behind the full stop does not disturb.
        String robust = PythonText.strip(BbhScorer.extract(PythonText.stripRight(text)));
        return new Outcome(
                Map.of(METRIC.filter(), answer, ROBUST.filter(), robust),
                List.of(example.target()),
                Map.of(
                        METRIC.key(),
                        ExactMatch.PLAIN.score(answer, List.of(example.target())),
                        ROBUST.key(),
                        robust.equals(example.target()) ? 1.0 : 0.0));
    }
}
