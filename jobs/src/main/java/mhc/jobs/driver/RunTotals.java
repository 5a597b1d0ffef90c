package mhc.jobs.driver;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import mhc.jobs.run.RunProgress;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * How far the run is, for the sinks of Spark's metrics system on the driver, which Spark's UI serves to Prometheus: the
 * source {@code mhc.run}. Registered until it is closed.
 */
final class RunTotals implements Source, AutoCloseable {
    private final MetricRegistry registry = new MetricRegistry();
    private final SparkEnv driver = SparkEnv.get();

    RunTotals(Supplier<RunProgress> source) {
        add("shards.done", source, RunProgress::shards);
        add("shards.all", source, RunProgress::allShards);
        add("shards.running", source, progress -> progress.running().size());
        add("examples.done", source, RunProgress::examples);
        add("examples.all", source, RunProgress::allExamples);
        add("examples.failed", source, RunProgress::failed);
        add("tokens.per.second", source, RunProgress::tokensPerSecond);
        add("seconds.left", source, RunProgress::secondsLeft);
        driver.metricsSystem().registerSource(this);
    }

    private void add(String name, Supplier<RunProgress> source, ToDoubleFunction<RunProgress> value) {
        registry.register(name, (Gauge<Double>) () -> value.applyAsDouble(source.get()));
    }

    @Override
    public String sourceName() {
        return "mhc.run";
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }

    @Override
    public void close() {
        driver.metricsSystem().removeSource(this);
    }
}
