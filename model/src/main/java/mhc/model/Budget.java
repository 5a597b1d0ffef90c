package mhc.model;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import mhc.model.SharedPrefixes.Family;

/**
 * How much may run together.
 *
 * @param tokens of one forward pass, padding included
 * @param share whether openings that several sequences share are computed once
 * @param alone whether every row runs by itself, so that nothing in its batch can change its rounding
 */
record Budget(int tokens, boolean share, boolean alone) {
    /** Keys and values that may be kept or gathered for a batch, as a multiple of the tokens of one pass. */
    private static final int CACHE_FACTOR = 4;

    static Budget of(InferenceOptions options) {
        return new Budget(options.maxBatchTokens(), options.prefixCache(), options.deterministic());
    }

    /** Tokens that a batch may keep in its cache. */
    long cacheTokens() {
        return (long) CACHE_FACTOR * tokens;
    }

    /**
     * Batches of items, longest first.
     *
     * @param length own tokens of an item
     * @param before tokens that an item continues
     */
    <T> List<List<T>> batches(List<T> items, ToIntFunction<T> length, int before) {
        int longest = items.stream().mapToInt(length).max().orElse(0);
        long most = alone ? 1 : Math.max(1, cacheTokens() / Math.max(1, before + longest));
        // Without a prefix nothing is gathered: the tokens of the pass alone are the limit.
        int rows = alone || before > 0 ? (int) Math.min(most, Integer.MAX_VALUE) : Integer.MAX_VALUE;
        return Batches.of(items, length, tokens, rows);
    }

    /** Families of members that open alike, or all members in one family that shares nothing. */
    <T> List<Family<T>> families(List<T> members, Function<T, long[]> tokens, ToIntFunction<T> sharable) {
        if (members.isEmpty()) {
            return List.of();
        }
        return share && !alone ? SharedPrefixes.families(members, tokens, sharable) : List.of(new Family<>(0, members));
    }
}
