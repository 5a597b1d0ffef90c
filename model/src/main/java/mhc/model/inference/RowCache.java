package mhc.model.inference;

import mhc.model.inference.ForwardPasses.KvCache;
import mhc.model.inference.ForwardPasses.Opening;

/**
 * The KV cache of a batch that decodes: rows of equal capacity, of which the first ones are in use. It grows as needed,
 * in few and large steps: each copies all of it into new pages of the operating system.
 */
final class RowCache implements AutoCloseable {
    /** The capacity of a row is a multiple of so many tokens. */
    private static final int BLOCK = 64;

    private final ForwardPasses program;
    private KvCache cache = KvCache.NONE;
    private int rows;
    private int capacity;

    RowCache(ForwardPasses program) {
        this.program = program;
    }

    KvCache cache() {
        return cache;
    }

    /**
     * Makes sure that so many rows of so many tokens fit, with twice the rows or half as many tokens more where they do
     * not, up to the most wanted.
     */
    void reserve(int wantedRows, int tokens, int mostRows, int mostTokens, KvCache like) {
        if (wantedRows <= rows && tokens <= capacity) {
            return;
        }
        int wider = wantedRows <= rows ? rows : Math.max(wantedRows, Math.min(mostRows, 2 * rows));
        int grown = Math.max(tokens, Math.min(mostTokens, capacity + capacity / 2));
        int longer = tokens <= capacity ? capacity : (grown + BLOCK - 1) / BLOCK * BLOCK;
        replace(program.allocate(cache, like, wider, longer));
        rows = wider;
        capacity = longer;
    }

    /** The next allocation need not hold more rows than these. */
    void shrink(int usedRows) {
        rows = usedRows;
    }

    /** Lets a row go on from a sequence. */
    void fill(int row, Opening opening) {
        program.fill(cache, row, opening);
    }

    /** Copies the first tokens of one row over those of another. */
    void move(int source, int target, int tokens) {
        program.move(cache, source, target, tokens);
    }

    private void replace(KvCache next) {
        cache.close();
        cache = next;
    }

    @Override
    public void close() {
        replace(KvCache.NONE);
    }
}
