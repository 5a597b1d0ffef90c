package mhc.model.inference;

import java.util.List;

/** Forward passes of a loaded decoder, as scheduling asks for them; thread-safe, one pass at a time. */
public interface ForwardPasses {

    /**
     * Keys and values of some rows of tokens in all layers, which stay with the engine; owned by whoever asked for
     * them.
     */
    interface KvCache extends AutoCloseable {
        /** Nothing of no rows. */
        KvCache NONE = () -> {};

        @Override
        void close();
    }

    /** What a pass found. */
    sealed interface Found {
        /** Keys and values of the nodes to keep, in order. */
        List<KvCache> kept();
    }

    /**
     * What targets score. Indices run over asked positions and, within one, over as many targets as any of them has.
     *
     * @param logLikelihoods in nats
     * @param greedy whether the target is the most likely token, the first of equals
     */
    record Scores(float[] logLikelihoods, boolean[] greedy, List<KvCache> kept) implements Found {}

    /**
     * What follows the asked positions.
     *
     * @param tokens the most likely token after each, the first of equals
     * @param margins its logit less that of the second; NaN or infinite when the logits are not finite
     */
    record NextTokens(long[] tokens, float[] margins, List<KvCache> kept) implements Found {}

    /** The same per step and row of a batch, [steps * rows]. */
    record Steps(long[] tokens, float[] margins) {}

    /**
     * The prefixes that tokens attend to besides their rows.
     *
     * @param sources of the views
     * @param order row of each query of a batch that decodes; empty when they are the rows as they stand, and in other
     *     passes
     */
    record Prefixes(List<PrefixView> views, List<KvCache> sources, int[] order) {
        public static final Prefixes NONE = new Prefixes(List.of(), List.of(), new int[0]);
    }

    /** Nanoseconds of the calling thread's clock, which stands still while others have their turn. */
    default long clock() {
        return System.nanoTime();
    }

    /**
     * Scores the targets of a pass.
     *
     * @param headBlock positions to which the head is applied at once
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    Scores score(Pass pass, int headBlock);

    /** Finds what follows the asked positions of a pass; otherwise as {@link #score}. */
    NextTokens prefill(Pass pass, int headBlock);

    /**
     * Greedy steps of the first rows of a cache. The tokens' keys and values are written into the cache, behind those
     * of their rows.
     *
     * @param tokens the newest of each row
     * @param positions of these tokens in their sequences
     * @param lengths tokens of each row in the cache; these and {@code steps} more fit into its capacity
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    Steps decode(long[] tokens, int[] positions, int[] lengths, KvCache cache, Prefixes prefixes, int steps);

    /**
     * A cache of rows of {@code capacity} tokens, holding what {@code before} holds.
     *
     * @param like a cache of the same decoder
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    KvCache allocate(KvCache before, KvCache like, int rows, int capacity);

    /** Copies keys and values into a row of a cache, one after the other from its start. */
    void fill(KvCache cache, int row, List<KvCache> parts);

    /** Copies the first {@code count} tokens of one row of a cache over those of another. */
    void move(KvCache cache, int source, int target, int count);
}
