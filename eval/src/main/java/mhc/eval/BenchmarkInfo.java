package mhc.eval;

import mhc.datasets.Corpus;
import mhc.datasets.PoolKind;

/**
 * Everything that is said of a benchmark under a protocol, in one line: plans, reports and commands ask here and know no
 * facts of a benchmark themselves.
 *
 * @param protocol {@code paper} or {@code lm-eval}
 * @param name in configurations and tables: {@code bbh}, {@code gsm8k}, {@code gsm8k_cot}, ...
 * @param version changes whenever a prompt, a stop string, an extraction rule or a metric of this benchmark and protocol
 *     changes
 * @param corpus where its examples come from
 * @param subtasks whether its examples form sub-tasks, and what these share
 * @param clusters which examples count as independent in its standard errors
 * @param pool which exemplars it wants
 * @param poolAlways whether its prompts take something from the pool even when they hold no exemplar
 * @param shots exemplars of the paper's Table 4, unless a configuration says otherwise
 * @param headline Table 4's metric for this benchmark under this protocol
 */
public record BenchmarkInfo(
        String protocol,
        String name,
        String version,
        Corpus corpus,
        Subtasks subtasks,
        ClusterRule clusters,
        PoolKind pool,
        boolean poolAlways,
        int shots,
        MetricName headline) {

    /** How the examples of a benchmark are divided. */
    public enum Subtasks {
        /** Not at all. */
        NONE,
        /** Sub-tasks that draw their exemplars from one pool. */
        COMMON_POOL,
        /** Sub-tasks with exemplars, and perhaps a description, of their own. */
        OWN_POOLS
    }

    /** Which examples the standard errors of the tables take as independent; paired tests always go by cluster. */
    public enum ClusterRule {
        /** All of a sub-task: what lm-evaluation-harness does, whose errors are part of what is reproduced. */
        EXAMPLES,
        /** Those that share no {@link mhc.datasets.Example#cluster()}. */
        CLUSTERS
    }

    /** A benchmark without sub-tasks, whose prompts need no pool when they hold no exemplar. */
    public static BenchmarkInfo of(
            String protocol,
            String name,
            String version,
            Corpus corpus,
            ClusterRule clusters,
            PoolKind pool,
            int shots,
            MetricName headline) {
        return new BenchmarkInfo(
                protocol, name, version, corpus, Subtasks.NONE, clusters, pool, false, shots, headline);
    }

    public BenchmarkInfo with(Subtasks other) {
        return new BenchmarkInfo(protocol, name, version, corpus, other, clusters, pool, poolAlways, shots, headline);
    }

    public BenchmarkInfo withPoolAlways() {
        return new BenchmarkInfo(protocol, name, version, corpus, subtasks, clusters, pool, true, shots, headline);
    }

    /** The pool that prompts of {@code count} exemplars are made from. */
    public PoolKind poolFor(int count) {
        return count > 0 || poolAlways ? pool : PoolKind.NONE;
    }
}
