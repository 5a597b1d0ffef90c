package mhc.jobs.executor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import mhc.eval.Answer;
import mhc.eval.Prediction;
import mhc.jobs.config.RunConfig;
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

/** One shard on one executor: borrow the model, evaluate, commit the part file. */
public final class ShardTask implements Function<Shard, ShardResult> {
    private static final long serialVersionUID = 1L;

    private final ModelSpec spec;
    private final RunConfig config;
    private final String out;
    private final PartOrigin.Source origin;
    private final SerializableConfiguration hadoop;
    private final RunCounters counters;
    private final Broadcast<Map<String, Answer>> known;

    /**
     * @param origin what the rows come from, for the stamps of their files
     * @param known answers of the cache, by request hash
     */
    public ShardTask(
            ModelSpec spec,
            RunConfig config,
            String out,
            PartOrigin.Source origin,
            SerializableConfiguration hadoop,
            RunCounters counters,
            Broadcast<Map<String, Answer>> known) {
        this.spec = spec;
        this.config = config;
        this.out = out;
        this.origin = origin;
        this.hadoop = hadoop;
        this.counters = counters;
        this.known = known;
    }

    @Override
    public ShardResult call(Shard shard) throws Exception {
        TaskContext task = TaskContext.get();
        String name = "shard " + shard.benchmark() + " " + shard.index();
        FailurePolicy policy =
                FailurePolicy.of(task, spec.name(), name, config.faults().retries());
        try {
            return evaluate(shard, task, policy);
        } catch (IOException | RuntimeException e) {
            policy.leaves(e);
            throw e;
        }
    }

    private ShardResult evaluate(Shard shard, TaskContext task, FailurePolicy policy) throws Exception {
        Configuration configuration = hadoop.value();
        long from = System.currentTimeMillis();
        try (TaskModel model = TaskModel.borrow(spec, task, known.value(), policy, configuration)) {
            ShardEvaluation evaluation =
                    new ShardEvaluation(model, shard, policy, config.inference().positionOffsets());
            List<Prediction> predictions = evaluation.run(counters::add);
            long answered = System.currentTimeMillis();
            long start = System.nanoTime();
            commit(shard, predictions, policy, configuration);
            keep(model, policy, configuration);
            counters.shardDone();
            return ShardResult.of(
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

    private void commit(Shard shard, List<Prediction> predictions, FailurePolicy policy, Configuration configuration)
            throws Exception {
        Path part = RunDirectory.at(out, configuration).part(spec.name(), shard.benchmark(), shard.index());
        try {
            long attempt = TaskContext.get().taskAttemptId();
            if (shard.committed()) {
                PredictionFile.replace(configuration, part, attempt, predictions);
            } else {
                PredictionFile.write(
                        configuration,
                        part,
                        attempt,
                        origin.part(spec.name(), shard.benchmark(), shard.index()),
                        predictions);
            }
        } catch (IOException | RuntimeException e) {
            throw policy.uncommitted(part, e);
        }
    }

    private void keep(TaskModel model, FailurePolicy policy, Configuration configuration) {
        if (config.cache().isEmpty()) {
            return;
        }
        try {
            AnswerCache.of(config.cache(), spec, configuration).keep(model.fresh());
        } catch (IOException | RuntimeException e) {
            policy.unkept(e);
        }
    }
}
