package mhc.model.decoder;

import java.util.List;
import java.util.Optional;

/** How tokens look back. Keys and values of any kind are kept as "entries" of layout [rows, heads, tokens, width]. */
public interface Attention {

    /** Weights of one layer, in the order in which the functions index them. */
    List<TensorSpec> tensors(String layer);

    /** Entries kept per layer and token. */
    List<Entry> entries();

    /** Query heads. */
    int heads();

    /** Width of the rotary embedding. */
    int rotaryWidth();

    /** How far back a token sees in some layers; it sees all before it in the others. */
    default Optional<AttentionWindow> window() {
        return Optional.empty();
    }

    /** Multiplications and additions of one decoded token per token that it sees, weights not counted. */
    long operationsPerSeenToken();

    /**
     * TorchScript of three functions, for B rows of S tokens:
     *
     * <pre>{@code
     * project(x [T,C], w, cos, sin [1,1,T,R], 1) -> (q [1,H,T,D], new entries [1,heads,T,width])
     * attend(q [B,H,S,D], seen entries [B,heads,K,width], w, mask [B,1,1,K] or [1,1,S,K] or None, causal)
     *     -> (o [B,H,S,V], logarithm of the sum of exponentials [B,H,S])
     * combine(o [T,H,V], w) -> [T,C]
     * }</pre>
     *
     * What a token sees lies in several places (its shared prefixes, its own row); {@code attend} looks at one of them, and
     * the logarithms make the parts one softmax before {@code combine}. Causal: K = S and no mask, each token sees itself and
     * those before. A mask is added to the scores. {@code __torch__.weigh} does the arithmetic, see
     * {@link AttentionProgram}; {@code rotate} of {@link Rope} is at hand, and {@code rms} and {@code norm} of
     * {@link Program}.
     */
    String source();

    /** One kept tensor: elements per token are {@code heads * width}. */
    record Entry(int heads, int width) {}
}
