package mhc.jobs.executor;

import java.io.Serializable;
import mhc.eval.Prediction;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Named accumulators of a model's evaluation, visible in Spark's UI and REST API and, while a task runs, in the
 * heartbeats of its executor. They show progress only: a retried shard counts twice here, and final counts come from the
 * committed rows.
 *
 * @param prefilled tokens read by the model
 * @param reused tokens of prompts that had been read for another one
 * @param generated tokens of answers
 */
public record RunCounters(
        LongAccumulator shards,
        LongAccumulator examples,
        LongAccumulator failed,
        LongAccumulator prefilled,
        LongAccumulator reused,
        LongAccumulator generated)
        implements ShardProgress, Serializable {

    public static RunCounters in(SparkContext context, String model) {
        return new RunCounters(
                context.longAccumulator(model + " shards"),
                context.longAccumulator(model + " examples"),
                context.longAccumulator(model + " failed examples"),
                context.longAccumulator(model + " prefilled tokens"),
                context.longAccumulator(model + " reused tokens"),
                context.longAccumulator(model + " generated tokens"));
    }

    @Override
    public void answered(Prediction prediction) {
        examples.add(1);
        failed.add(prediction.status().equals(Prediction.FAILED) ? 1 : 0);
        reused.add(prediction.reusedTokens());
    }

    @Override
    public void worked(int readTokens, int generatedTokens) {
        prefilled.add(readTokens);
        generated.add(generatedTokens);
    }

    void shardDone() {
        shards.add(1);
    }
}
