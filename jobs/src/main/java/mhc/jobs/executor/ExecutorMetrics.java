package mhc.jobs.executor;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import mhc.eval.Prediction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * What this executor has done since it started, for the sinks of Spark's metrics system ({@code conf/metrics.properties}):
 * the source {@code mhc} with the counters {@code tokens.prefilled}, {@code tokens.reused}, {@code tokens.generated},
 * {@code examples.done}, {@code examples.failed}, {@code shards.done} and {@code shards.running}. Attempts that fail
 * count too. Thread-safe.
 */
public final class ExecutorMetrics implements Source, ShardProgress {
    private static SparkEnv registeredIn;
    private static ExecutorMetrics registered;

    private final MetricRegistry registry = new MetricRegistry();
    private final Counter prefilled = registry.counter("tokens.prefilled");
    private final Counter reused = registry.counter("tokens.reused");
    private final Counter generated = registry.counter("tokens.generated");
    private final Counter examples = registry.counter("examples.done");
    private final Counter failed = registry.counter("examples.failed");
    private final Counter shards = registry.counter("shards.done");
    private final Counter running = registry.counter("shards.running");

    private ExecutorMetrics() {}

    /** This executor's, which its metrics system knows from the first call on. */
    static synchronized ExecutorMetrics ofThisExecutor() {
        SparkEnv executor = SparkEnv.get();
        if (registeredIn != executor) {
            registered = new ExecutorMetrics();
            registeredIn = executor;
            executor.metricsSystem().registerSource(registered);
        }
        return registered;
    }

    @Override
    public String sourceName() {
        return "mhc";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    @Override
    public void answered(Prediction prediction) {
        examples.inc();
        failed.inc(prediction.status().equals(Prediction.FAILED) ? 1 : 0);
        reused.inc(prediction.reusedTokens());
    }

    @Override
    public void worked(int readTokens, int generatedTokens) {
        prefilled.inc(readTokens);
        generated.inc(generatedTokens);
    }

    void shardBegins() {
        running.inc();
    }

    void shardEnds(boolean committed) {
        running.dec();
        shards.inc(committed ? 1 : 0);
    }
}
