package mhc.jobs.driver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.jobs.config.Problems;
import mhc.jobs.config.RunConfig;
import mhc.jobs.executor.ModelFolders;
import mhc.jobs.executor.ModelSpec;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.executor.TaskDevice;
import mhc.jobs.plan.QueuedShard;
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
import org.apache.spark.sql.SparkSession;

/**
 * Evaluates the configured models on the configured benchmarks: plan, one Spark job over the uncommitted shards of all
 * models, report, manifest. Started again on the same directory it does what is left.
 */
public final class Evaluation {
    private final RunConfig config;
    private final SparkSession spark;
    private final Mode mode;
    private final PrintStream progress;
    private final UnaryOperator<List<ShardPlan.Planned>> cut;
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

    private Evaluation(
            RunConfig config,
            SparkSession spark,
            Mode mode,
            PrintStream progress,
            UnaryOperator<List<ShardPlan.Planned>> cut) {
        this.config = config;
        this.spark = spark;
        this.mode = mode;
        this.progress = progress;
        this.cut = cut;
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
        return run(config, spark, mode, progress, UnaryOperator.identity());
    }

    /** @param cut changes how the plan is cut, or its order */
    static Result run(
            RunConfig config,
            SparkSession spark,
            Mode mode,
            PrintStream progress,
            UnaryOperator<List<ShardPlan.Planned>> cut) {
        return new Evaluation(config, spark, mode, progress, cut).run();
    }

    private Result run() {
        RunDirectory directory = RunDirectory.at(config.out(), hadoop);
        if (!config.cache().isEmpty()) {
            Location.of("Answer cache", config.cache(), hadoop);
        }
        Map<String, Checkpoint> checkpoints = checkpoints();
        List<ShardPlan.Planned> plan = cut.apply(ShardPlan.of(config, hadoop));
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
        lease.requireHeld();
        evaluate(runStart.specs(), plan, directory, start, lease);
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
            List<ModelSpec> specs,
            List<ShardPlan.Planned> plan,
            RunDirectory directory,
            ObjectNode start,
            RunLease lease) {
        Map<String, PartOrigin.Source> origins = new LinkedHashMap<>();
        List<QueuedShard> pending = new ArrayList<>();
        for (ModelSpec spec : specs) {
            origins.put(spec.name(), PartOrigin.Source.of(start, spec.name()));
            plan.forEach(planned -> pending.addAll(pending(spec.name(), planned, directory)));
        }
        if (pending.isEmpty()) {
            return;
        }
        SparkContext context = spark.sparkContext();
        context.uiWebUrl().foreach(url -> {
            progress.println("Spark UI: " + url);
            return null;
        });
        int slots = ShardJob.slots(context);
        List<QueuedShard> queue = QueuedShard.inOrder(pending, List.copyOf(origins.keySet()), slots);
        long began = System.nanoTime();
        List<ShardResult> results =
                new ShardJob(config, context, directory, lease, progress).run(queue, specs, origins);
        work.add(results);
        times.evaluated(began, results, slots);
    }

    /** Shards of a benchmark that are not committed, and rows without an answer where these are asked again. */
    private List<QueuedShard> pending(String model, ShardPlan.Planned planned, RunDirectory directory) {
        String benchmark = planned.benchmark().name();
        TreeSet<Integer> committed = directory.committed(model, benchmark);
        List<Shard> pending = new ArrayList<>();
        planned.shards().stream()
                .filter(shard -> !committed.contains(shard.index()))
                .forEach(pending::add);
        if (mode.retryFailed) {
            FailedRows.of(hadoop, directory, model, benchmark)
                    .forEach((index, ids) ->
                            pending.add(planned.shards().get(index).again(ids)));
        }
        return pending.stream()
                .map(shard -> new QueuedShard(model, shard, planned.cost(shard)))
                .toList();
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
