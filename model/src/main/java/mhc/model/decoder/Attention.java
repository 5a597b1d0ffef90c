package mhc.model.decoder;

import java.util.List;
import java.util.Optional;

/**
 * How tokens attend to those before them. Keys and values of any kind are kept in a KV cache, as tensors of layout
 * [rows, heads, tokens, width].
 */
public interface Attention {

    /** Weights of one layer, in the order of the list that the functions take. */
    List<TensorSpec> tensors(String layer);

    /** The tensors of the KV cache that a layer has. */
    List<Cached> cached();

    /** Query heads. */
    int heads();

    /** Width of the rotary embedding. */
    int rotaryWidth();

    /** The sliding window of some layers; in the others a token attends to all before it. */
    default Optional<AttentionWindow> window() {
        return Optional.empty();
    }

    /** Multiplications and additions of one decoded token per token that it attends to, weights not counted. */
    long operationsPerAttendedToken();

    /**
     * TorchScript of three functions, for B rows of S tokens:
     *
     * <pre>{@code
     * project(x [T,C], w, cos, sin [1,1,T,R]) -> (q [1,H,T,D], new keys and values [1,heads,T,width])
     * attend(q [B,H,S,D], keys and values [B,heads,K,width], w, mask [B,1,1,K] or [1,1,S,K] or None, causal)
     *     -> (o [B,H,S,V], logarithm of the sum of exponentials [B,H,S])
     * combine(o [T,H,V], w) -> [T,C]
     * }</pre>
     *
     * What a token attends to stands in several places (its shared prefixes, its row); {@code attend} takes one of
     * them, and the logarithms make the parts one softmax before {@code combine}. Causal: K = S and no mask, each token
     * attends to itself and those before. A mask is added to the scores. {@code scaled_dot_product} does the
     * arithmetic, see {@link AttentionProgram}; {@code rotate} of {@link Rope} is there, and {@code rms} and {@code
     * norm} of {@link Program}.
     */
    Script script();

    /** One tensor of the cache: elements per token are {@code heads * width}. */
    record Cached(int heads, int width) {}
}
