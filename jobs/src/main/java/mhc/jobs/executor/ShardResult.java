package mhc.jobs.executor;

import java.io.Serializable;
import mhc.jobs.plan.Shard;
import mhc.model.ModelInfo;
import mhc.model.Work;
import org.apache.spark.SparkEnv;

/**
 * What a task tells the driver about a shard; the rows themselves are in the part file.
 *
 * @param examples rows committed
 * @param fromMillis when the task began, since the epoch
 * @param answeredMillis when the last of its answers had come
 * @param commitSeconds what writing the rows took
 * @param loadSeconds the model took to load for this shard; 0 when it was there
 * @param work what answering took
 */
public record ShardResult(
        String benchmark,
        int shard,
        int examples,
        long fromMillis,
        long answeredMillis,
        double commitSeconds,
        String executor,
        String device,
        String kernels,
        double loadSeconds,
        Work work)
        implements Serializable {

    static ShardResult of(
            Shard shard,
            ModelInfo model,
            int examples,
            long fromMillis,
            long answeredMillis,
            double commitSeconds,
            double loadSeconds,
            Work work) {
        return new ShardResult(
                shard.benchmark(),
                shard.index(),
                examples,
                fromMillis,
                answeredMillis,
                commitSeconds,
                SparkEnv.get().executorId(),
                model.device(),
                model.kernels(),
                loadSeconds,
                work);
    }
}
