package mhc.eval.paper;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.PoolKind;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo;
import mhc.eval.BenchmarkInfo.ClusterRule;
import mhc.eval.BenchmarkInfo.Subtasks;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;

/** What the eight have in common: facts as data, fixed shots, and one example type. Stateless. */
abstract class PaperBenchmark<E extends Example> implements Benchmark {
    private final BenchmarkInfo info;
    private final Class<E> type;

    /** @param type of its examples and exemplars */
    PaperBenchmark(BenchmarkInfo info, Class<E> type) {
        this.info = info;
        this.type = type;
    }

    /** A benchmark's line of the protocol table; no sub-tasks. */
    static BenchmarkInfo info(Corpus corpus, String version, PoolKind pool, int shots, String metric) {
        return BenchmarkInfo.of(
                PaperProtocol.NAME,
                corpus.key(),
                version,
                corpus,
                ClusterRule.CLUSTERS,
                pool,
                shots,
                MetricName.of(metric));
    }

    @Override
    public final BenchmarkInfo info() {
        return info;
    }

    @Override
    public final List<Shots> drawShots(List<Example> examples, FewShotPool pool, int shots) {
        return FixedShots.draw(name(), examples, pool, shots, info.subtasks() == Subtasks.OWN_POOLS);
    }

    @Override
    public final Request request(Example example, Shots shots) {
        E asked = type.cast(example);
        List<E> exemplars = shots.examples().stream().map(type::cast).toList();
        return ask(asked, context(asked, exemplars, shots.description()));
    }

    @Override
    public final Outcome score(Example example, Answer answer) {
        return grade(type.cast(example), answer);
    }

    /** Everything before the answer: description, exemplars with their answers, the question. */
    abstract String context(E example, List<E> exemplars, String description);

    abstract Request ask(E example, String context);

    abstract Outcome grade(E example, Answer answer);
}
