package mhc.eval;

import java.util.List;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.PoolKind;

/**
 * One benchmark under one protocol: how an example becomes a request and an answer becomes a score. Implementations are
 * stateless values, safe to share between threads; every method is a pure function of its arguments.
 */
public interface Benchmark {

    /** What is said of it. */
    BenchmarkInfo info();

    /** {@link BenchmarkInfo#name()}. */
    default String name() {
        return info().name();
    }

    /** {@link BenchmarkInfo#version()}. */
    default String version() {
        return info().version();
    }

    /** {@link BenchmarkInfo#corpus()}. */
    default Corpus corpus() {
        return info().corpus();
    }

    /** {@link BenchmarkInfo#pool()}. */
    default PoolKind poolKind() {
        return info().pool();
    }

    /** {@link BenchmarkInfo#shots()}. */
    default int defaultShots() {
        return info().shots();
    }

    /** {@link BenchmarkInfo#headline()}. */
    default MetricName headline() {
        return info().headline();
    }

    /**
     * Draws the exemplars of every example, by its place in {@code examples} (all evaluated examples in file order, before
     * any limit), so that a draw depends neither on a limit nor on partitioning.
     *
     * @return one element per example, in order
     * @throws mhc.datasets.InputException when the pool holds too few exemplars; the message names the remedy
     */
    List<Shots> drawShots(List<Example> examples, FewShotPool pool, int shots);

    /** The request that asks {@code example} after {@code shots}. */
    Request request(Example example, Shots shots);

    /** Scores a {@link Answer.Text} or {@link Answer.Scores}; a failed answer never comes here. */
    Outcome score(Example example, Answer answer);
}
