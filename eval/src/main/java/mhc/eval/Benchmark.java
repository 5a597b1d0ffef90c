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

    /** Name in configurations and tables: {@code bbh}, {@code gsm8k}, {@code gsm8k_cot}, ... */
    String name();

    /** Changes whenever a prompt, a stop string, an extraction rule or a metric of this benchmark and protocol changes. */
    String version();

    /** Where its examples come from. */
    Corpus corpus();

    /** Which exemplars it wants. */
    PoolKind poolKind();

    /** Shots of the paper's Table 4, unless the configuration says otherwise. */
    int defaultShots();

    /** Table 4's metric for this benchmark under this protocol. */
    MetricName headline();

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
