package mhc.jobs;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.eval.Prediction;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One shard on one executor: borrow the model, evaluate, commit the part file. */
final class ShardTask implements Function<Shard, ShardResult> {
    private static final long serialVersionUID = 1L;
    private static final Logger log = LoggerFactory.getLogger(ShardTask.class);

    private final ModelSpec spec;
    private final String out;
    private final int retries;
    private final SerializableConfiguration hadoop;
    private final RunCounters counters;

    ShardTask(ModelSpec spec, String out, int retries, SerializableConfiguration hadoop, RunCounters counters) {
        this.spec = spec;
        this.out = out;
        this.retries = retries;
        this.hadoop = hadoop;
        this.counters = counters;
    }

    @Override
    public ShardResult call(Shard shard) throws IOException, InterruptedException {
        TaskContext task = TaskContext.get();
        Configuration configuration = hadoop.value();
        long start = System.nanoTime();
        try (ExecutorModels.Lease lease = ExecutorModels.borrow(spec, device(task), configuration)) {
            ShardEvaluation evaluation = new ShardEvaluation(lease.model(), shard);
            List<Prediction> predictions = evaluate(evaluation, task.attemptNumber() >= retries);
            PredictionFile.write(
                    configuration,
                    RunDirectory.at(out, configuration).part(spec.name(), shard.benchmark(), shard.index()),
                    task.taskAttemptId(),
                    predictions);
            counters.shardDone();
            return ShardResult.of(shard, lease.model().info(), predictions.size(), (System.nanoTime() - start) / 1e9);
        } catch (InputException e) {
            return ShardResult.refused(shard, e.getMessage());
        }
    }

    /** A shard that fails as a whole is tried again by Spark; on its last attempt its examples stand or fall one by one. */
    private List<Prediction> evaluate(ShardEvaluation evaluation, boolean lastAttempt) {
        try {
            return evaluation.together(counters::add);
        } catch (RuntimeException e) {
            if (!lastAttempt) {
                throw e;
            }
            log.warn("A shard failed {} times and is now asked one example at a time", retries + 1, e);
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
