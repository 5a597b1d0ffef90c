package mhc.jobs.driver;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.jobs.config.Problems;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.AnswerCache;
import mhc.jobs.executor.ExecutorModels;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.executor.RunCounters;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.executor.ShardTask;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.RunDirectory;
import mhc.model.checkpoint.Checkpoint;
import mhc.reports.RunReport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Evaluates the configured models on the configured benchmarks: plan, one Spark job per model over its uncommitted shards,
 * report, manifest. Started again on the same directory it does what is left.
 */
public final class Evaluation {
    private final RunConfig config;
    private final SparkSession spark;
    private final PrintStream progress;
    private final Configuration hadoop;
    private final RunWork work = new RunWork();
    private final RunTimes times = new RunTimes();

    private Evaluation(RunConfig config, SparkSession spark, PrintStream progress) {
        this.config = config;
        this.spark = spark;
        this.progress = progress;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
    }

    /**
     * Runs to completion and returns the rendered report.
     *
     * @throws InputException for whatever the user can mend, before any model is loaded where possible
     */
    public static String run(RunConfig config, SparkSession spark, PrintStream progress) {
        return new Evaluation(config, spark, progress).run();
    }

    private String run() {
        RunDirectory directory = RunDirectory.at(config.out(), hadoop);
        Map<String, Checkpoint> checkpoints = checkpoints();
        List<ShardPlan.Planned> plan = ShardPlan.of(config, hadoop);
        RunStart runStart = new RunStart(config, device(), checkpoints, plan);
        directory.claim(runStart.json());
        if (directory.manifest().isPresent()) {
            progress.println("Run " + directory.root() + " is complete; its report stands as it is.");
            return directory.report();
        }
        times.planned();
        for (ModelSpec spec : runStart.specs()) {
            evaluate(spec, plan, directory);
        }
        report(directory, runStart);
        progress.println(times);
        return directory.report();
    }

    /** Opens every checkpoint without an engine, so that a missing or malformed one is known before anything runs. */
    private Map<String, Checkpoint> checkpoints() {
        Problems problems = new Problems();
        Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();
        config.models()
                .forEach((name, uri) -> problems.collect(
                        () -> checkpoints.put(name, Checkpoint.open(ModelFolders.localize(uri, hadoop)))));
        problems.throwIfAny("The models");
        return checkpoints;
    }

    private void evaluate(ModelSpec spec, List<ShardPlan.Planned> plan, RunDirectory directory) {
        List<Shard> pending = pending(spec, plan, directory);
        if (pending.isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        int examples = pending.stream().mapToInt(shard -> shard.items().size()).sum();
        progress.printf("%s: %d examples in %d shards%n", spec.name(), examples, pending.size());
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        RunCounters counters = RunCounters.in(spark.sparkContext(), spec.name());
        Map<String, Answer> known = config.cache().isEmpty()
                ? Map.of()
                : AnswerCache.of(config.cache(), spec, hadoop).load();
        ShardTask task = new ShardTask(
                spec,
                config,
                directory.root().toString(),
                new SerializableConfiguration(hadoop),
                counters,
                context.broadcast(known));
        context.setJobGroup(spec.name(), "Evaluate " + spec.name() + " on " + config.benchmarks(), true);
        Progress ticker = new Progress(progress, spec.name(), pending.size(), examples, counters);
        try {
            List<ShardResult> results =
                    context.parallelize(pending, pending.size()).map(task).collect();
            throwIfRefused(results);
            work.add(spec.name(), results);
            times.evaluated(start, results);
            ticker.summarize(results);
        } finally {
            ticker.close();
            ExecutorModels.closeAll();
            context.clearJobGroup();
        }
    }

    /** The largest first, so that no executor starts a long shard when the others are done. */
    private static List<Shard> pending(ModelSpec spec, List<ShardPlan.Planned> plan, RunDirectory directory) {
        record Pending(Shard shard, long cost) {}
        List<Pending> pending = new ArrayList<>();
        for (ShardPlan.Planned planned : plan) {
            TreeSet<Integer> committed =
                    directory.committed(spec.name(), planned.benchmark().name());
            planned.shards().stream()
                    .filter(shard -> !committed.contains(shard.index()))
                    .forEach(shard -> pending.add(new Pending(shard, planned.cost(shard))));
        }
        pending.sort(Comparator.comparingLong(Pending::cost).reversed());
        return pending.stream().map(Pending::shard).toList();
    }

    /** What an executor could not do until the user mends it, such as a folder that is missing on its host. */
    private static void throwIfRefused(List<ShardResult> results) {
        results.stream()
                .filter(result -> !result.mistake().isEmpty())
                .findFirst()
                .ifPresent(result -> {
                    throw new InputException(result.mistake());
                });
    }

    private void report(RunDirectory directory, RunStart runStart) {
        long start = System.nanoTime();
        String out = directory.root().toString();
        RunReport.Result report = RunReport.write(spark, List.of(out), out);
        times.reported(start);
        directory.writeManifest(runStart.manifest(report.counts(), work, times));
    }

    private String device() {
        String device = config.inference().device();
        if (!device.equals("auto")) {
            return device;
        }
        return spark.sparkContext().conf().contains("spark.task.resource.gpu.amount") ? "cuda" : "cpu";
    }
}
