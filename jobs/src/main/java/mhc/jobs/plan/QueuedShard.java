package mhc.jobs.plan;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/** A shard that a model is to be asked, and what that is expected to cost. */
public record QueuedShard(String model, Shard shard, ShardCost cost) implements Serializable {
    /** Shards for each executor, from which on the tail of the queue is short whatever its order. */
    private static final int MANY = 8;

    /** Executors for each model, from which on one that loads several models holds nobody up. */
    private static final int MODELS = 4;

    /**
     * The order in which the shards of all models are started, each as soon as an executor is free: the longest first, so
     * that the queue ends with short ones. Where each executor gets many, and on a small cluster, they go model by model,
     * and the longest of a model first: then an executor loads each model once.
     *
     * @param models in their order
     * @param executors that shards run on side by side: it moves no row into another shard
     */
    public static List<QueuedShard> inOrder(List<QueuedShard> shards, List<String> models, int executors) {
        Comparator<QueuedShard> longest = Comparator.comparingLong(
                        (QueuedShard queued) -> queued.cost().total())
                .reversed();
        boolean wide = executors > shards.size() / MANY && executors >= MODELS * models.size();
        Comparator<QueuedShard> order = wide
                ? longest
                : Comparator.comparingInt((QueuedShard queued) -> models.indexOf(queued.model))
                        .thenComparing(longest);
        return shards.stream().sorted(order).toList();
    }

    @Override
    public String toString() {
        return model + " " + shard.benchmark() + " " + shard.index();
    }
}
