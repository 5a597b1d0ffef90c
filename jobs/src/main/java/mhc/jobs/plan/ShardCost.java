package mhc.jobs.plan;

import java.io.Serializable;
import java.util.List;

/**
 * What a shard costs, in tokens to prefill: a unit that is the same on every machine. Its first request is read whole,
 * every other one without what it shares with the one before it: cutting a prefix family costs the prefix once more.
 *
 * @param first tokens of the first request that the request before the shard's first had in common with it: read once
 *     more because the plan was cut here
 * @param read tokens to read, {@code first} included
 * @param generated tokens to generate
 * @param attended keys that generated tokens attend to
 * @param longest of the generations
 */
public record ShardCost(int requests, long first, long read, long generated, long attended, int longest)
        implements Serializable {
    /** Launching a task and committing its file, a tenth of a second or two. */
    static final int TASK = 512;

    /** A generated token beside those of other rows. */
    static final int TOKEN = 2;

    /**
     * Keys that a generated token attends to, for the cost of a token that is read: 100 with a model of a million
     * parameters, 1,000 and more with large ones whose heads share their keys.
     */
    static final int KEYS = 512;

    /** A decoding step, whatever the number of its rows: it reads all weights, as a pass over a few dozen tokens does. */
    static final int STEP = 32;

    /** Rows that decode together, at most. */
    static final int ROWS = 256;

    static final ShardCost NONE = new ShardCost(0, 0, 0, 0, 0, 0);

    static ShardCost of(List<RequestCost> requests) {
        ShardCost cost = NONE;
        for (RequestCost request : requests) {
            cost = cost.plus(request);
        }
        return cost;
    }

    /** With one more request, the next one of the plan. */
    ShardCost plus(RequestCost request) {
        boolean opens = requests == 0;
        return new ShardCost(
                requests + 1,
                opens ? request.shared() : first,
                read + request.read() - (opens ? 0 : request.shared()),
                generated + request.generated(),
                attended + request.attended(),
                Math.max(longest, request.generated()));
    }

    /** Tokens that the model reads and generates. */
    public long tokens() {
        return read + generated;
    }

    /** In tokens to prefill. */
    public long total() {
        return requests == 0 ? 0 : TASK + read + TOKEN * generated + attended / KEYS + STEP * steps();
    }

    /** Rows that end make way for others, so that it takes no more steps than the longest while all fit. */
    private long steps() {
        return Math.max(longest, (generated + ROWS - 1) / ROWS);
    }

    /** The part that does not become less when the shard is cut: every piece of it has it. */
    long fixed() {
        return requests == 0 ? 0 : TASK + first + (long) STEP * longest;
    }
}
