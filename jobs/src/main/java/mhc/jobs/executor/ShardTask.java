package mhc.jobs.executor;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.jobs.config.RunConfig;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.plan.Shard;
import mhc.jobs.run.HangNotes;
import mhc.jobs.run.LeaseTicket;
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
    private final LeaseTicket ticket;

    /**
     * A model as its shards need it.
     *
     * @param origin what the rows come from, for the stamps of their files
     * @param known answers of the cache, by request hash
     */
    public record Asked(
            ModelSpec spec, PartOrigin.Source origin, RunCounters counters, Broadcast<Map<String, Answer>> known)
            implements Serializable {}

    /**
     * @param models by name
     * @param ticket without which nothing is committed
     */
    public ShardTask(
            RunConfig config,
            String out,
            SerializableConfiguration hadoop,
            Map<String, Asked> models,
            LeaseTicket ticket) {
        this.config = config;
        this.out = out;
        this.hadoop = hadoop;
        this.models = models;
        this.ticket = ticket;
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
        RunDirectory directory = RunDirectory.at(out, configuration);
        PartOrigin planned = asked.origin().part(spec.name(), shard.benchmark(), shard.index());
        long from = System.currentTimeMillis();
        HangWatch watch = watch(spec, shard, task, directory.hangs(planned));
        try (TaskModel model = TaskModel.borrow(spec, task, asked.known().value(), policy, watch, configuration)) {
            ShardEvaluation evaluation =
                    new ShardEvaluation(model, shard, policy, config.inference().positionOffsets());
            List<Prediction> predictions = evaluation.run(told(asked.counters()));
            long answered = System.currentTimeMillis();
            long start = System.nanoTime();
            PartOrigin origin =
                    planned.at(ExecutorModels.hostName(), model.info().device());
            commit(directory, shard, spec.name(), origin, predictions, policy);
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

    /** Rows that are asked once more are so as if they had never hung, unless they do again. */
    private HangWatch watch(ModelSpec spec, Shard shard, TaskContext task, HangNotes notes) throws IOException {
        if (shard.committed() && task.attemptNumber() == 0) {
            notes.clear();
        }
        return new HangWatch(
                "shard " + shard.benchmark() + " " + shard.index() + " of " + spec.name(),
                Duration.ofSeconds(config.faults().hangSeconds()),
                notes.read(),
                notes,
                new ProcessEnd());
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

    private void commit(
            RunDirectory directory,
            Shard shard,
            String model,
            PartOrigin origin,
            List<Prediction> predictions,
            FailurePolicy policy)
            throws Exception {
        Path part = directory.part(model, shard.benchmark(), shard.index());
        try {
            ticket.requireHeld(directory);
            long attempt = TaskContext.get().taskAttemptId();
            if (shard.committed()) {
                PredictionFile.replace(hadoop.value(), part, attempt, predictions);
            } else {
                PredictionFile.write(hadoop.value(), part, attempt, origin, predictions);
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
