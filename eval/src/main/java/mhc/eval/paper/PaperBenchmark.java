package mhc.eval.paper;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.PoolKind;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;

/** What the eight have in common: facts as data, fixed shots, and one example type. Stateless. */
abstract class PaperBenchmark<E extends Example> implements Benchmark {
    private final Facts<E> facts;

    PaperBenchmark(Facts<E> facts) {
        this.facts = facts;
    }

    /**
     * A benchmark's line of the protocol table.
     *
     * @param type of its examples and exemplars
     * @param poolPerTask whether exemplars come from the example's own sub-task
     */
    record Facts<E extends Example>(
            Corpus corpus,
            Class<E> type,
            String version,
            PoolKind poolKind,
            boolean poolPerTask,
            int shots,
            String metric) {}

    @Override
    public final String name() {
        return facts.corpus.key();
    }

    @Override
    public final String version() {
        return facts.version;
    }

    @Override
    public final Corpus corpus() {
        return facts.corpus;
    }

    @Override
    public final PoolKind poolKind() {
        return facts.poolKind;
    }

    @Override
    public final int defaultShots() {
        return facts.shots;
    }

    @Override
    public final MetricName headline() {
        return MetricName.of(facts.metric);
    }

    @Override
    public final List<Shots> drawShots(List<Example> examples, FewShotPool pool, int shots) {
        return FixedShots.draw(name(), examples, pool, shots, facts.poolPerTask);
    }

    @Override
    public final Request request(Example example, Shots shots) {
        E asked = facts.type.cast(example);
        List<E> exemplars = shots.examples().stream().map(facts.type::cast).toList();
        return ask(asked, context(asked, exemplars, shots.description()));
    }

    @Override
    public final Outcome score(Example example, Answer answer) {
        return grade(facts.type.cast(example), answer);
    }

    /** Everything before the answer: description, exemplars with their answers, the question. */
    abstract String context(E example, List<E> exemplars, String description);

    abstract Request ask(E example, String context);

    abstract Outcome grade(E example, Answer answer);
}
