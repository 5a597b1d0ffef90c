package mhc.jobs.executor;

import java.io.Serializable;
import mhc.jobs.plan.Shard;
import mhc.model.ModelInfo;
import mhc.model.Work;

/**
 * What a task tells the driver about a shard; the rows themselves are in the part file.
 *
 * @param examples rows committed
 * @param host of the executor
 * @param fromMillis when the task began, since the epoch
 * @param answeredMillis when the last of its answers had come
 * @param commitSeconds what writing the rows took
 * @param loadSeconds the model took to load for this shard; 0 when it was there
 * @param work what answering took
 */
public record ShardResult(
        String model,
        String benchmark,
        int shard,
        int examples,
        long fromMillis,
        long answeredMillis,
        double commitSeconds,
        String host,
        String device,
        String kernels,
        double loadSeconds,
        Work work)
        implements Serializable {

    /** When its rows were committed, in milliseconds since the epoch. */
    public double toMillis() {
        return answeredMillis + 1e3 * commitSeconds;
    }

    static ShardResult of(
            String name,
            Shard shard,
            ModelInfo model,
            int examples,
            long fromMillis,
            long answeredMillis,
            double commitSeconds,
            double loadSeconds,
            Work work) {
        return new ShardResult(
                name,
                shard.benchmark(),
                shard.index(),
                examples,
                fromMillis,
                answeredMillis,
                commitSeconds,
                ExecutorModels.hostName(),
                model.device(),
                model.kernels(),
                loadSeconds,
                work);
    }
}
