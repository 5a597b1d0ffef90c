package mhc.model;

import java.util.List;
import java.util.OptionalInt;

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

    /** How many tokens a token sees, itself included; all before it when empty. */
    default OptionalInt window() {
        return OptionalInt.empty();
    }

    /** Multiplications and additions of one decoded token per token that it sees, weights not counted. */
    long operationsPerSeenToken();

    /**
     * TorchScript of {@code project} and {@code attend}:
     *
     * <pre>{@code
     * project(x [T,C], w, cos, sin [B or 1,1,S,R], batch) -> (q, new entries [B,heads,S,width])
     * attend(q, seen entries [B,heads,K,width], w, mask [B or 1,1,S,K] or None) -> [T,C]
     * }</pre>
     *
     * T = B * S. Without a mask the queries are the only tokens there are, in causal order. The function {@code rotate} of
     * {@link Rope} is at hand, and {@code rms} and {@code norm} of {@link Program}.
     */
    String source();

    /** One kept tensor: elements per token are {@code heads * width}. */
    record Entry(int heads, int width) {}
}
