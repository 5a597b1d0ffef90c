package mhc.jobs.executor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.jobs.config.RunConfig;
import mhc.jobs.plan.Shard;
import mhc.jobs.run.PredictionFile;
import mhc.jobs.run.RunDirectory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One shard on one executor: borrow the model, evaluate, commit the part file. */
public final class ShardTask implements Function<Shard, ShardResult> {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(ShardTask.class);

    private final ModelSpec spec;
    private final RunConfig config;
    private final String out;
    private final SerializableConfiguration hadoop;
    private final RunCounters counters;
    private final Broadcast<Map<String, Answer>> known;

    /** @param known answers of the cache, by request hash */
    public ShardTask(
            ModelSpec spec,
            RunConfig config,
            String out,
            SerializableConfiguration hadoop,
            RunCounters counters,
            Broadcast<Map<String, Answer>> known) {
        this.spec = spec;
        this.config = config;
        this.out = out;
        this.hadoop = hadoop;
        this.counters = counters;
        this.known = known;
    }

    @Override
    public ShardResult call(Shard shard) throws IOException, InterruptedException {
        TaskContext task = TaskContext.get();
        Configuration configuration = hadoop.value();
        long from = System.currentTimeMillis();
        try (ExecutorModels.Lease lease = ExecutorModels.borrow(spec, device(task), configuration);
                RememberingModel model = new RememberingModel(lease.model(), known.value())) {
            boolean lastAttempt = task.attemptNumber() >= config.faults().retries();
            ShardEvaluation evaluation = new ShardEvaluation(model, shard);
            List<Prediction> predictions = evaluate(evaluation, lastAttempt);
            long answered = System.currentTimeMillis();
            long start = System.nanoTime();
            commit(shard, predictions, lastAttempt, configuration);
            if (!config.cache().isEmpty()) {
                AnswerCache.of(config.cache(), spec, configuration).keep(model.fresh());
            }
            counters.shardDone();
            return ShardResult.of(
                    shard,
                    model.info(),
                    predictions.size(),
                    from,
                    answered,
                    (System.nanoTime() - start) / 1e9,
                    lease.loadSeconds(),
                    evaluation.work());
        } catch (InputException e) {
            return ShardResult.refused(shard, e.getMessage());
        }
    }

    /** A file system may recover, so only the last attempt takes its refusal for the user's to mend. */
    private void commit(Shard shard, List<Prediction> predictions, boolean lastAttempt, Configuration configuration)
            throws IOException {
        Path part = RunDirectory.at(out, configuration).part(spec.name(), shard.benchmark(), shard.index());
        try {
            PredictionFile.write(configuration, part, TaskContext.get().taskAttemptId(), predictions);
        } catch (IOException | RuntimeException e) {
            if (!lastAttempt) {
                throw e;
            }
            throw new InputException(
                    "Predictions cannot be written to " + part + " (" + rootCause(e)
                            + "): make room or mend the file system, then start the same run again to continue it",
                    e);
        }
    }

    private static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        for (Throwable suppressed : cause.getSuppressed()) {
            return rootCause(suppressed);
        }
        return cause.getMessage();
    }

    /** A shard that fails as a whole is tried again by Spark; on its last attempt its examples stand or fall one by one. */
    private List<Prediction> evaluate(ShardEvaluation evaluation, boolean lastAttempt) {
        try {
            return evaluation.together(counters::add);
        } catch (RuntimeException e) {
            if (!lastAttempt) {
                throw e;
            }
            log.warn("A shard failed on its last attempt and is now asked one example at a time", e);
            return evaluation.oneByOne(counters::add);
        }
    }

    /** The GPU that Spark gave this task, where the device is {@code cuda} without a number; else the device as configured. */
    private String device(TaskContext task) {
        if (!spec.options().device().equals("cuda")) {
            return spec.options().device();
        }
        Map<String, ResourceInformation> resources = task.resourcesJMap();
        ResourceInformation gpu = resources.get("gpu");
        return "cuda:" + (gpu == null ? "0" : gpu.addresses()[0]);
    }
}
