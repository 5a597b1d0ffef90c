package mhc.model.inference;

/**
 * Keys that stand before some neighbouring queries of a pass, all of which attend to all of them.
 *
 * @param source index of the KV cache that holds the keys, or {@link #THIS_PASS}
 * @param firstKey index of the first key there
 * @param firstPosition of the first key in its sequence
 * @param firstQuery index in the pass, or in a batch that decodes, in its order
 */
public record PrefixView(int source, int firstKey, int keys, int firstPosition, int firstQuery, int queries) {
    /** Source of keys that the pass itself computes. */
    public static final int THIS_PASS = -1;
}
