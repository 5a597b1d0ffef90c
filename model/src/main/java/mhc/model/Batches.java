package mhc.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/** Cuts work into right-padded batches under a token budget. */
final class Batches {
    private Batches() {}

    /**
     * Batches of items, longest first, equal lengths in the given order; a batch holds at least one item.
     *
     * @param length tokens of an item
     * @param budget most tokens of a batch, padding included
     * @param most items of a batch
     */
    static <T> List<List<T>> of(List<T> items, ToIntFunction<T> length, int budget, int most) {
        List<T> sorted = new ArrayList<>(items);
        sorted.sort(Comparator.comparingInt(length).reversed());
        List<List<T>> batches = new ArrayList<>();
        List<T> batch = new ArrayList<>();
        for (T item : sorted) {
            // The first of a batch is its longest: every row is padded to it.
            long padded = (batch.size() + 1L) * length.applyAsInt(batch.isEmpty() ? item : batch.get(0));
            if (!batch.isEmpty() && (padded > budget || batch.size() == most)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    /** Rows [B, S] of the tokens {@code from} (inclusive) {@code to} (exclusive) of each sequence, padded with token 0. */
    static long[][] rows(List<long[]> sequences, int[] from, int[] to) {
        int width = 0;
        for (int i = 0; i < from.length; i++) {
            width = Math.max(width, to[i] - from[i]);
        }
        long[][] rows = new long[from.length][width];
        for (int i = 0; i < from.length; i++) {
            System.arraycopy(sequences.get(i), from[i], rows[i], 0, to[i] - from[i]);
        }
        return rows;
    }
}
