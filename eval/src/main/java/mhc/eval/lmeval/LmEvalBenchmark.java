package mhc.eval.lmeval;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.PoolKind;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.MetricName;
import mhc.eval.Shots;

/**
 * What all lm-eval tasks share: a prompt is the description, then question, delimiter, answer and a blank line for each
 * exemplar, then the question alone ({@code ConfigurableTask.fewshot_context} of 0.4.13).
 *
 * @param <E> the corpus's kind of example
 */
abstract sealed class LmEvalBenchmark<E extends Example> implements Benchmark
        permits MultipleChoiceBenchmark, GenerationBenchmark {
    static final String HARNESS = "lm-eval-0.4.13";

    private final Definition<E> definition;

    LmEvalBenchmark(Definition<E> definition) {
        this.definition = definition;
    }

    /** The constants of a task. */
    record Definition<E extends Example>(BenchmarkInfo info, Class<E> kind, ShotRule rule) {}

    /**
     * What is said of a task without sub-tasks.
     *
     * @param task version in lm-eval's task metadata
     */
    static BenchmarkInfo info(String name, String task, Corpus corpus, PoolKind pool, int shots, MetricName headline) {
        return BenchmarkInfo.of(
                LmEval.NAME, name, HARNESS + "/" + task, corpus, ClusterRule.EXAMPLES, pool, shots, headline);
    }

    @Override
    public final BenchmarkInfo info() {
        return definition.info();
    }

    @Override
    public final List<Shots> drawShots(List<Example> examples, FewShotPool pool, int shots) {
        if (shots < 0) {
            throw new IllegalArgumentException("shots is " + shots + ", expected 0 or more");
        }
        List<Shots> drawn = new ArrayList<>(examples.size());
        if (info().subtasks() != Subtasks.OWN_POOLS) {
            draw(examples, pool.examples(), shots)
                    .forEach(exemplars -> drawn.add(new Shots(description("", pool), exemplars)));
            return drawn;
        }
        for (Example example : examples) {
            List<Example> exemplars =
                    draw(List.of(example), pool.of(example.task()), shots).get(0);
            drawn.add(new Shots(description(example.task(), pool), exemplars));
        }
        return drawn;
    }

    private List<List<Example>> draw(List<Example> documents, List<Example> pool, int shots) {
        if (shots == 0) {
            return documents.stream().map(document -> List.<Example>of()).toList();
        }
        return definition.rule().draw(name(), documents, pool, shots, (a, b) -> sameItem(item(a), item(b)));
    }

    /** Text that opens the prompts of a sub-task; ends in a blank line, or is empty. */
    String description(String task, FewShotPool pool) {
        return "";
    }

    /** Whether two examples are one item, ids left aside: what lm-eval finds equal although it is in two splits. */
    boolean sameItem(E one, E other) {
        return false;
    }

    /** lm-eval's {@code doc_to_text}. */
    abstract String question(E example);

    /** The question of an exemplar. */
    String shotQuestion(E exemplar) {
        return question(exemplar);
    }

    /** lm-eval's {@code doc_to_target} of an exemplar. */
    abstract String shotAnswer(E exemplar);

    /** lm-eval's {@code target_delimiter}, between question and answer. */
    String delimiter() {
        return " ";
    }

    final String context(Example example, Shots shots) {
        StringBuilder context = new StringBuilder(shots.description());
        for (Example exemplar : shots.examples()) {
            String answer = shotAnswer(item(exemplar));
            context.append(shotQuestion(item(exemplar)));
            // lm-eval drops the delimiters of an exemplar whose answer is empty.
            if (!answer.isEmpty()) {
                context.append(delimiter()).append(answer).append("\n\n");
            }
        }
        return context.append(question(item(example))).toString();
    }

    final E item(Example example) {
        if (!definition.kind().isInstance(example)) {
            throw new IllegalArgumentException(
                    "%s asks examples of %s, not %s".formatted(name(), corpus(), example.id()));
        }
        return definition.kind().cast(example);
    }

    @Override
    public final String toString() {
        return name() + " (" + version() + ")";
    }
}
