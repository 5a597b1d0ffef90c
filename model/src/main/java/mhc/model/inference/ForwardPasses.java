package mhc.model.inference;

import java.util.List;

/** Forward passes of a loaded decoder, as scheduling asks for them; thread-safe, one pass at a time. */
public interface ForwardPasses {

    /** Entries (keys and values) of some rows, owned by whoever asked for them. */
    interface Entries extends AutoCloseable {
        /** No entries of no rows. */
        Entries NONE = () -> {};

        @Override
        void close();
    }

    /**
     * What a pass found.
     *
     * @param numbers per asked position and target the log-likelihood, or without targets the lead of the likeliest token over
     *     the second (NaN or infinite when the logits are not finite)
     * @param tokens per asked position and target 1 if the target is the likeliest token (the first of equals), or without
     *     targets that token
     * @param kept entries of the nodes to keep, in order
     */
    record Found(float[] numbers, long[] tokens, List<Entries> kept) {}

    /**
     * What every row of a cache sees besides its own entries.
     *
     * @param above sextuples of source, first key, keys, position of the first key, first query and queries
     * @param past the sources
     * @param order row of each query, or empty when they are the rows as they stand
     */
    record Shared(long[] above, List<Entries> past, int[] order) {
        public static final Shared NOTHING = new Shared(new long[0], List.of(), new int[0]);
    }

    /** Per step and row the likeliest next token and its lead, as in {@link Found}. */
    record Steps(long[] tokens, float[] leads) {}

    /** Nanoseconds of this thread's own clock, which stands still while others have their turn. */
    default long clock() {
        return System.nanoTime();
    }

    /** Runs a pass. */
    Found read(Pass pass, int headBlock);

    /**
     * Greedy steps of the first rows of a cache. The tokens' entries are written into the cache, behind the rows' own.
     *
     * @param tokens the newest of each row
     * @param positions of these tokens in their sequences
     * @param lengths own entries of each row in the cache; these and {@code steps} more fit into its capacity
     */
    Steps decode(long[] tokens, int[] positions, int[] lengths, Entries cache, Shared shared, int steps);

    /** A cache of rows of {@code capacity} entries shaped as {@code like}'s, holding what {@code before} holds. */
    Entries room(Entries before, Entries like, int rows, int capacity);

    /** Copies entries into a row of a cache, one after the other from its start. */
    void settle(Entries cache, int row, List<Entries> parts);

    /** Copies the first {@code count} entries of one row of a cache over those of another. */
    void move(Entries cache, int source, int target, int count);
}
