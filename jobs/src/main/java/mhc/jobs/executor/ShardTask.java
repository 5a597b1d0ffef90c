package mhc.jobs.executor;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.jobs.config.RunConfig;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.plan.Shard;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.PredictionFile;
import mhc.jobs.run.RunDirectory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** One shard of one model on one executor: borrow the model, evaluate, commit the part file. */
public final class ShardTask implements Function<QueuedShard, ShardResult> {
    private static final long serialVersionUID = 1L;

    private final RunConfig config;
    private final String out;
    private final SerializableConfiguration hadoop;
    private final Map<String, Asked> models;

    /**
     * A model as its shards need it.
     *
     * @param origin what the rows come from, for the stamps of their files
     * @param known answers of the cache, by request hash
     */
    public record Asked(
            ModelSpec spec, PartOrigin.Source origin, RunCounters counters, Broadcast<Map<String, Answer>> known)
            implements Serializable {}

    /** @param models by name */
    public ShardTask(RunConfig config, String out, SerializableConfiguration hadoop, Map<String, Asked> models) {
        this.config = config;
        this.out = out;
        this.hadoop = hadoop;
        this.models = models;
    }

    @Override
    public ShardResult call(QueuedShard queued) throws Exception {
        TaskContext task = TaskContext.get();
        String name =
                "shard " + queued.shard().benchmark() + " " + queued.shard().index();
        FailurePolicy policy =
                FailurePolicy.of(task, queued.model(), name, config.faults().retries());
        ExecutorMetrics metrics = ExecutorMetrics.ofThisExecutor();
        metrics.shardBegins();
        boolean committed = false;
        try {
            ShardResult result = evaluate(models.get(queued.model()), queued.shard(), task, policy);
            committed = true;
            return result;
        } catch (IOException | RuntimeException e) {
            policy.leaves(e);
            throw e;
        } finally {
            metrics.shardEnds(committed);
        }
    }

    private ShardResult evaluate(Asked asked, Shard shard, TaskContext task, FailurePolicy policy) throws Exception {
        Configuration configuration = hadoop.value();
        ModelSpec spec = asked.spec();
        long from = System.currentTimeMillis();
        try (TaskModel model = TaskModel.borrow(spec, task, asked.known().value(), policy, configuration)) {
            ShardEvaluation evaluation =
                    new ShardEvaluation(model, shard, policy, config.inference().positionOffsets());
            List<Prediction> predictions = evaluation.run(told(asked.counters()));
            long answered = System.currentTimeMillis();
            long start = System.nanoTime();
            PartOrigin origin = asked.origin()
                    .part(spec.name(), shard.benchmark(), shard.index())
                    .at(ExecutorModels.hostName(), model.info().device());
            Path part = RunDirectory.at(out, configuration).part(spec.name(), shard.benchmark(), shard.index());
            commit(shard.committed(), part, origin, predictions, policy, configuration);
            keep(spec, model, configuration);
            asked.counters().shardDone();
            return ShardResult.of(
                    spec.name(),
                    shard,
                    model.info(),
                    predictions.size(),
                    from,
                    answered,
                    (System.nanoTime() - start) / 1e9,
                    model.loadSeconds(),
                    evaluation.work());
        }
    }

    /** The driver by accumulators, and this executor's metrics. */
    private static ShardProgress told(RunCounters counters) {
        ExecutorMetrics metrics = ExecutorMetrics.ofThisExecutor();
        return new ShardProgress() {
            @Override
            public void answered(Prediction prediction) {
                counters.answered(prediction);
                metrics.answered(prediction);
            }

            @Override
            public void worked(int prefilled, int decoded) {
                counters.worked(prefilled, decoded);
                metrics.worked(prefilled, decoded);
            }
        };
    }

    private static void commit(
            boolean again,
            Path part,
            PartOrigin origin,
            List<Prediction> predictions,
            FailurePolicy policy,
            Configuration configuration)
            throws Exception {
        try {
            long attempt = TaskContext.get().taskAttemptId();
            if (again) {
                PredictionFile.replace(configuration, part, attempt, predictions);
            } else {
                PredictionFile.write(configuration, part, attempt, origin, predictions);
            }
        } catch (IOException | RuntimeException e) {
            throw policy.uncommitted(part, e);
        }
    }

    private void keep(ModelSpec spec, TaskModel model, Configuration configuration) {
        if (!config.cache().isEmpty()) {
            AnswerCache.of(config.cache(), spec, configuration).keep(model.fresh());
        }
    }
}
