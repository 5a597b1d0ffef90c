package mhc.jobs.executor;

import java.io.Serializable;
import mhc.eval.Prediction;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Named accumulators of a run in progress, visible in Spark's UI and REST API. They show progress only: a retried shard
 * counts twice here, and final counts come from the committed rows.
 */
public record RunCounters(
        LongAccumulator shards,
        LongAccumulator examples,
        LongAccumulator failed,
        LongAccumulator promptTokens,
        LongAccumulator reusedTokens,
        LongAccumulator newTokens)
        implements Serializable {

    public static RunCounters in(SparkContext context, String model) {
        return new RunCounters(
                context.longAccumulator(model + " shards"),
                context.longAccumulator(model + " examples"),
                context.longAccumulator(model + " failed examples"),
                context.longAccumulator(model + " prompt tokens"),
                context.longAccumulator(model + " reused tokens"),
                context.longAccumulator(model + " new tokens"));
    }

    void add(Prediction prediction) {
        examples.add(1);
        failed.add(prediction.status().equals(Prediction.FAILED) ? 1 : 0);
        promptTokens.add(prediction.promptTokens());
        reusedTokens.add(prediction.reusedTokens());
        newTokens.add(prediction.newTokens());
    }

    void shardDone() {
        shards.add(1);
    }
}
