package mhc.model.train;

/**
 * Selective recomputing: what a block of sublayers (two to a layer) keeps for the backward pass is its input and the
 * output of each (arXiv 2512.24880 section 4.3.2).
 *
 * @param block sublayers of a block; 0 stores everything instead
 */
public record Recompute(int block) {
    /** Everything is stored. */
    public static final Recompute NONE = new Recompute(0);

    /**
     * The blocks that store least: the paper's root of nL / (n + 2), Eq. 20.
     *
     * @param streams n
     * @param sublayers L
     */
    public static Recompute least(int streams, int sublayers) {
        return new Recompute(Math.max(1, (int) Math.round(Math.sqrt((double) streams * sublayers / (streams + 2)))));
    }

    /**
     * What the paper's Eq. 20 says is stored for each token, in numbers: n C for each block's input, and (n + 2) C for
     * each sublayer of the block that is computed again.
     *
     * @param streams n
     * @param sublayers L
     * @param hidden C
     */
    public long storedPerToken(int streams, int sublayers, int hidden) {
        long blocks = (sublayers + block - 1) / block;
        return streams * blocks * hidden + (streams + 2L) * hidden * Math.min(block, sublayers);
    }
}
