package mhc.model;

import java.util.List;

/** How tokens look back. Keys and values of any kind are kept as "entries" of layout [rows, heads, tokens, width]. */
interface Attention {

    /** Weights of one layer, in the order in which the functions index them. */
    List<TensorSpec> tensors(String layer);

    /** Entries kept per layer and token. */
    List<Entry> entries();

    /** Query heads. */
    int heads();

    /** Width of the rotary embedding. */
    int rotaryWidth();

    /**
     * TorchScript of {@code project} and {@code attend}:
     *
     * <pre>{@code
     * project(x [T,C], w, cos, sin [B or 1,1,S,R], batch) -> (q, new entries [B,heads,S,width])
     * attend(q, seen entries [B,heads,K,width], w, mask [B or 1,1,S,K] or None) -> [T,C]
     * }</pre>
     *
     * T = B * S. Without a mask the queries are the only tokens there are, in causal order.
     */
    String source();

    /** One kept tensor: elements per token are {@code heads * width}. */
    record Entry(int heads, int width) {}
}
