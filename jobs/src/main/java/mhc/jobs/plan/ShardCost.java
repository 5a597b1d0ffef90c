package mhc.jobs.plan;

import mhc.eval.Request;

/** A request's work relative to others', for scheduling only: characters to read plus tokens to generate. */
final class ShardCost {
    /** A generated token is one pass for itself, a prompt character a small part of a shared one. */
    private static final long GENERATED_TOKEN = 32;

    private ShardCost() {}

    static long of(Request request) {
        long cost = request.context().length();
        if (request instanceof Request.Generate generate) {
            cost += GENERATED_TOKEN * generate.maxTokens();
        } else if (request instanceof Request.Choice choice) {
            cost += choice.continuations().stream().mapToLong(String::length).sum();
        }
        return cost;
    }
}
