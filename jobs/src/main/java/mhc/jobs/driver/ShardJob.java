package mhc.jobs.driver;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.AnswerCache;
import mhc.jobs.executor.ExecutorModels;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.executor.RunCounters;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.executor.ShardTask;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.RunDirectory;
import mhc.jobs.run.RunLease;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** One Spark job over the shards of all models of a run, and what is said of it while it runs. */
final class ShardJob {
    private static final String GROUP = "mhc-eval";

    private final RunConfig config;
    private final SparkContext spark;
    private final RunDirectory directory;
    private final RunLease lease;
    private final PrintStream progress;

    ShardJob(RunConfig config, SparkContext spark, RunDirectory directory, RunLease lease, PrintStream progress) {
        this.config = config;
        this.spark = spark;
        this.directory = directory;
        this.lease = lease;
        this.progress = progress;
    }

    /** How many shards run side by side: the cores that executors have or are asked for, by what a task takes. */
    static int slots(SparkContext spark) {
        SparkConf conf = spark.conf();
        int asked = conf.getInt("spark.executor.instances", 0) * conf.getInt("spark.executor.cores", 1);
        return Math.max(1, Math.max(asked, spark.defaultParallelism()) / conf.getInt("spark.task.cpus", 1));
    }

    /**
     * Evaluates and commits every shard.
     *
     * @param queue in the order of starting; not empty
     * @param models those that the queue names, at least
     * @param origins what a model's rows come from, by its name
     */
    List<ShardResult> run(List<QueuedShard> queue, List<ModelSpec> models, Map<String, PartOrigin.Source> origins) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark);
        Map<String, ShardTask.Asked> asked = new LinkedHashMap<>();
        Map<String, RunCounters> counters = new LinkedHashMap<>();
        for (ModelSpec spec : models) {
            List<QueuedShard> shards = queue.stream()
                    .filter(queued -> queued.model().equals(spec.name()))
                    .toList();
            if (!shards.isEmpty()) {
                int examples = shards.stream()
                        .mapToInt(queued -> queued.shard().items().size())
                        .sum();
                progress.printf("%s: %d examples in %d shards%n", spec.name(), examples, shards.size());
                counters.put(spec.name(), RunCounters.in(spark, spec.name()));
                asked.put(
                        spec.name(),
                        new ShardTask.Asked(
                                spec,
                                origins.get(spec.name()),
                                counters.get(spec.name()),
                                context.broadcast(known(spec))));
            }
        }
        ShardTask task = new ShardTask(
                config,
                directory.root().toString(),
                new SerializableConfiguration(spark.hadoopConfiguration()),
                asked,
                lease.ticket());
        ShardWatch watch = new ShardWatch(queue, GROUP, counters.values());
        spark.addSparkListener(watch);
        context.setJobGroup(GROUP, "Evaluate " + asked.keySet() + " on " + config.benchmarks(), true);
        try (RefusalWatch refusals = new RefusalWatch(spark, GROUP);
                Heartbeat heartbeat =
                        new Heartbeat(progress, directory, lease, watch::progress, Heartbeat.interval())) {
            List<ShardResult> results = refusals.during(
                    () -> context.parallelize(queue, queue.size()).map(task).collect());
            heartbeat.summarize(results);
            return results;
        } finally {
            spark.removeSparkListener(watch);
            ExecutorModels.closeAll();
            context.clearJobGroup();
        }
    }

    private Map<String, Answer> known(ModelSpec spec) {
        return config.cache().isEmpty()
                ? Map.of()
                : AnswerCache.of(config.cache(), spec, spark.hadoopConfiguration())
                        .load();
    }
}
