package mhc.jobs;

import java.io.Serializable;
import mhc.model.ModelInfo;
import org.apache.spark.SparkEnv;

/** What a task tells the driver about a shard it committed; the rows themselves are in the part file. */
record ShardResult(
        String benchmark, int shard, int examples, double seconds, String executor, String device, String kernels)
        implements Serializable {

    static ShardResult of(Shard shard, ModelInfo model, int examples, double seconds) {
        return new ShardResult(
                shard.benchmark(),
                shard.index(),
                examples,
                seconds,
                SparkEnv.get().executorId(),
                model.device(),
                model.kernels());
    }
}
