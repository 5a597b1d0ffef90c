package mhc.jobs;

import mhc.eval.Benchmark;
import mhc.eval.Protocols;
import mhc.eval.Request;

/** A shard's work relative to other shards', for scheduling only: characters to read plus tokens to generate. */
final class ShardCost {
    /** A generated token is one pass for itself, a prompt character a small part of a shared one. */
    private static final long GENERATED_TOKEN = 32;

    private ShardCost() {}

    static long of(Shard shard) {
        Benchmark benchmark = Protocols.named(shard.protocol()).benchmark(shard.benchmark());
        long cost = 0;
        for (Shard.Item item : shard.items()) {
            Request request = benchmark.request(item.example(), item.shots());
            cost += request.context().length();
            if (request instanceof Request.Generate generate) {
                cost += GENERATED_TOKEN * generate.maxTokens();
            } else if (request instanceof Request.Choice choice) {
                cost += choice.continuations().stream()
                        .mapToLong(String::length)
                        .sum();
            }
        }
        return cost;
    }
}
