package mhc.jobs.driver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import mhc.jobs.executor.TaskDevice;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.FailedRows;
import mhc.jobs.run.FailureCheck;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.RunDirectory;
import mhc.jobs.run.RunLease;
import mhc.jobs.run.RunParts;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.decoder.Placement;
import mhc.model.decoder.TensorSpec;
import mhc.reports.RunReport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Evaluates the configured models on the configured benchmarks: plan, one Spark job per model over its uncommitted
 * shards, report, manifest. Started again on the same directory it does what is left.
 */
public final class Evaluation {
    private final RunConfig config;
    private final SparkSession spark;
    private final Mode mode;
    private final PrintStream progress;
    private final Configuration hadoop;
    private final RunWork work = new RunWork();
    private final RunTimes times = new RunTimes();

    /**
     * What a run came to.
     *
     * @param report text of {@code report.md}
     * @param complaint one sentence when more examples failed than {@code faults.max-failed}
     */
    public record Result(String report, Optional<String> complaint) {}

    /**
     * How a directory that holds a run is treated.
     *
     * @param retryFailed whether committed rows without an answer are asked again
     * @param takeover whether a process that still writes to it loses it at once
     */
    public record Mode(boolean retryFailed, boolean takeover) {
        public static final Mode CONTINUE = new Mode(false, false);
    }

    private Evaluation(RunConfig config, SparkSession spark, Mode mode, PrintStream progress) {
        this.config = config;
        this.spark = spark;
        this.mode = mode;
        this.progress = progress;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
    }

    /** {@link #run(RunConfig, SparkSession, Mode, PrintStream)} in {@link Mode#CONTINUE}. */
    public static Result run(RunConfig config, SparkSession spark, PrintStream progress) {
        return run(config, spark, Mode.CONTINUE, progress);
    }

    /**
     * Runs to completion.
     *
     * @throws InputException for whatever the user can mend, before any model is loaded where possible
     */
    public static Result run(RunConfig config, SparkSession spark, Mode mode, PrintStream progress) {
        return new Evaluation(config, spark, mode, progress).run();
    }

    private Result run() {
        RunDirectory directory = RunDirectory.at(config.out(), hadoop);
        Map<String, Checkpoint> checkpoints = checkpoints();
        List<ShardPlan.Planned> plan = ShardPlan.of(config, hadoop);
        RunStart runStart = new RunStart(config, devices(), checkpoints, plan);
        SparkContext context = spark.sparkContext();
        try (RunLease lease = RunLease.take(directory, mode.takeover, progress, context::cancelAllJobs)) {
            try {
                return run(directory, plan, runStart, lease);
            } catch (Exception e) { // Spark throws checked exceptions that it does not declare
                if (lease.lost().isPresent()) {
                    throw lease.lost().get();
                }
                throw e;
            }
        }
    }

    private Result run(RunDirectory directory, List<ShardPlan.Planned> plan, RunStart runStart, RunLease lease) {
        ObjectNode start = runStart.json();
        lease.requireHeld();
        directory.claim(start);
        List<RunParts.Fault> faults = new ArrayList<>();
        boolean sound = isSound(new RunParts(directory, start), plan, faults);
        Optional<JsonNode> before = directory.manifest();
        if (before.isPresent()) {
            if (sound && stands(before.get())) {
                progress.println("Run " + directory.root() + " is complete; its report stands as it is.");
                return new Result(directory.report(), FailureCheck.complaint(before.get()));
            }
            lease.requireHeld();
            directory.reopen();
        }
        if (!faults.isEmpty()) {
            faults.forEach(fault -> progress.println(fault + ": its shard is evaluated again"));
            lease.requireHeld();
            directory.discard(faults);
        }
        times.planned();
        for (ModelSpec spec : runStart.specs()) {
            lease.requireHeld();
            evaluate(spec, plan, directory, PartOrigin.Source.of(start, spec.name()));
        }
        lease.requireHeld();
        ObjectNode manifest = report(directory, runStart, start, lease);
        progress.println(times);
        return new Result(directory.report(), FailureCheck.complaint(manifest));
    }

    /** Whether every shard is committed; {@code faults} takes the part files that do not count. */
    private boolean isSound(RunParts parts, List<ShardPlan.Planned> plan, List<RunParts.Fault> faults) {
        int missing = 0;
        for (String model : config.models().keySet()) {
            for (ShardPlan.Planned planned : plan) {
                TreeSet<Integer> committed =
                        parts.committed(model, planned.benchmark().name(), RunParts.Depth.CONTENT, faults);
                missing += planned.shards().size() - committed.size();
            }
        }
        return faults.isEmpty() && missing == 0;
    }

    /** Whether nothing is to be asked, and the report says of failures what it would say now. */
    private boolean stands(JsonNode manifest) {
        JsonNode allowed = manifest.path("config").path("faults").path("max-failed");
        return !mode.retryFailed && allowed.asDouble(1) == config.faults().maxFailed();
    }

    /** Opens every checkpoint without an engine, so that a missing or malformed one is known before anything runs. */
    private Map<String, Checkpoint> checkpoints() {
        Problems problems = new Problems();
        Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();
        config.models()
                .forEach((name, uri) -> problems.collect(() -> {
                    Checkpoint checkpoint = Checkpoint.open(ModelFolders.localize(uri, hadoop));
                    Placement.of(checkpoint.program(), devices().size(), TensorSpec::elements);
                    checkpoints.put(name, checkpoint);
                }));
        problems.throwIfAny("The models");
        return checkpoints;
    }

    private void evaluate(
            ModelSpec spec, List<ShardPlan.Planned> plan, RunDirectory directory, PartOrigin.Source origin) {
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
                origin,
                new SerializableConfiguration(hadoop),
                counters,
                context.broadcast(known));
        context.setJobGroup(spec.name(), "Evaluate " + spec.name() + " on " + config.benchmarks(), true);
        try (RefusalWatch refusals = new RefusalWatch(spark.sparkContext(), spec.name());
                Progress ticker = new Progress(progress, spec.name(), pending.size(), examples, counters)) {
            List<ShardResult> results = refusals.during(
                    () -> context.parallelize(pending, pending.size()).map(task).collect());
            work.add(spec.name(), results);
            times.evaluated(start, results);
            ticker.summarize(results);
        } finally {
            ExecutorModels.closeAll();
            context.clearJobGroup();
        }
    }

    /** The largest first, so that no executor starts a long shard when the others are done. */
    private List<Shard> pending(ModelSpec spec, List<ShardPlan.Planned> plan, RunDirectory directory) {
        record Pending(Shard shard, long cost) {}
        List<Pending> pending = new ArrayList<>();
        for (ShardPlan.Planned planned : plan) {
            TreeSet<Integer> committed =
                    directory.committed(spec.name(), planned.benchmark().name());
            planned.shards().stream()
                    .filter(shard -> !committed.contains(shard.index()))
                    .forEach(shard -> pending.add(new Pending(shard, planned.cost(shard))));
            if (mode.retryFailed) {
                FailedRows.of(spark, directory, spec.name(), planned.benchmark().name())
                        .forEach((index, ids) -> {
                            Shard whole = planned.shards().get(index);
                            long cost = planned.cost(whole)
                                    * ids.size()
                                    / whole.items().size();
                            pending.add(new Pending(whole.again(ids), cost));
                        });
            }
        }
        pending.sort(Comparator.comparingLong(Pending::cost).reversed());
        return pending.stream().map(Pending::shard).toList();
    }

    private ObjectNode report(RunDirectory directory, RunStart runStart, ObjectNode start, RunLease lease) {
        long began = System.nanoTime();
        String out = directory.root().toString();
        RunParts parts = new RunParts(directory, start);
        ArrayNode listed = parts.list();
        RunReport.Result report = RunReport.finish(spark, out, runStart.worked(work));
        times.reported(began);
        ObjectNode manifest = runStart.manifest(report.counts(), listed, work, times);
        if (!parts.list().equals(listed)) {
            throw new InputException("The predictions under " + out + " changed while they were reported: see that no"
                    + " other process writes there and start the same run again");
        }
        lease.requireHeld();
        directory.writeManifest(manifest);
        return manifest;
    }

    private List<String> devices() {
        return TaskDevice.resolve(config.inference(), spark.sparkContext().conf());
    }
}
