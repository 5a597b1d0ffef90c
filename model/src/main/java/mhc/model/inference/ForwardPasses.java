package mhc.model.inference;

import java.util.Arrays;
import java.util.List;

/** Forward passes of a loaded decoder, as scheduling asks for them; thread-safe. */
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

    /**
     * A repetition penalty: logits of tokens that a sequence holds already are divided by it where they are positive,
     * multiplied where they are not.
     *
     * @param penalty 1 for none
     * @param seen for each row of a step, or each asked position of a pass, the distinct tokens so far, padded by one of
     *     them; no rows without a penalty
     */
    record Repetition(double penalty, long[][] seen) {
        public static final Repetition NONE = new Repetition(1, new long[0][]);

        /** The penalty for these rows, none of which is empty. */
        static Repetition of(double penalty, List<long[]> rows) {
            if (penalty == 1 || rows.isEmpty()) {
                return NONE;
            }
            int longest = rows.stream().mapToInt(row -> row.length).max().orElseThrow();
            return new Repetition(
                    penalty, rows.stream().map(row -> padded(row, longest)).toArray(long[][]::new));
        }

        private static long[] padded(long[] row, int length) {
            long[] padded = Arrays.copyOf(row, length);
            Arrays.fill(padded, row.length, length, row[0]);
            return padded;
        }
    }

    /**
     * Nanoseconds of the calling thread's clock, which stands still while others have their turn, and goes slower while
     * others' passes run beside its own.
     */
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
    NextTokens prefill(Pass pass, int headBlock, Repetition repetition);

    /** The same without a penalty. */
    default NextTokens prefill(Pass pass, int headBlock) {
        return prefill(pass, headBlock, Repetition.NONE);
    }

    /**
     * Greedy steps of the first rows of a cache. The tokens' keys and values are written into the cache, behind those
     * of their rows.
     *
     * @param tokens the newest of each row
     * @param positions of these tokens in their sequences
     * @param lengths tokens of each row in the cache; these and {@code steps} more fit into its capacity
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    Steps decode(
            long[] tokens,
            int[] positions,
            int[] lengths,
            KvCache cache,
            Prefixes prefixes,
            int steps,
            Repetition repetition);

    /** The same without a penalty. */
    default Steps decode(long[] tokens, int[] positions, int[] lengths, KvCache cache, Prefixes prefixes, int steps) {
        return decode(tokens, positions, lengths, cache, prefixes, steps, Repetition.NONE);
    }

    /**
     * A cache of rows of {@code capacity} tokens, holding what {@code before} holds.
     *
     * @param like a cache of the same decoder
     * @throws OutOfMemoryException when the engine cannot have the memory
     */
    KvCache allocate(KvCache before, KvCache like, int rows, int capacity);

    /**
     * A sequence that a row goes on from.
     *
     * @param copied what the row gets of it, one after the other from its start; what is before that are prefixes
     * @param lengths tokens of each of these
     * @param end the last part of the sequence, copied or not: what is unfinished at its end goes on in the row
     * @param tokens of the whole sequence
     */
    record Opening(List<KvCache> copied, int[] lengths, KvCache end, int tokens) {
        /** A sequence of one part, which is copied. */
        public static Opening of(KvCache whole, int tokens) {
            return new Opening(List.of(whole), new int[] {tokens}, whole, tokens);
        }
    }

    /** Makes the state behind a sequence that of a row of a cache, whatever the row held. */
    void fill(KvCache cache, int row, Opening opening);

    /** Copies the first {@code count} tokens of one row of a cache over those of another. */
    void move(KvCache cache, int source, int target, int count);
}
