package mhc.model.decoder;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How tokens attend to those before them. Keys and values of any kind are kept in a KV cache, as tensors of layout
 * [rows, heads, tokens, width].
 */
public interface Attention {

    /**
     * Weights of one layer, in the order of the list that the functions take.
     *
     * @param name of the layer, ending in a dot
     * @param layer index
     */
    List<TensorSpec> tensors(String name, int layer);

    /** What a layer's tokens attend to, in a word. */
    default String kind(int layer) {
        return window().filter(window -> window.holdsIn(layer)).isPresent() ? "sliding" : "full";
    }

    /** The tensors of the KV cache that a layer has: as many in all layers, of no width where a layer has none. */
    List<Cached> cached(int layer);

    /** Numbers that a token would leave in a layer that kept every token by itself. */
    default long numbersPerToken(int layer) {
        return cached(layer).stream()
                .mapToLong(tensor -> (long) tensor.heads() * tensor.width())
                .sum();
    }

    /** Query heads. */
    int heads();

    /** Width of the rotary embedding. */
    int rotaryWidth();

    /**
     * The rotary embeddings of its kinds of layers, one after the other in what passes take: the usual one for all, or
     * first that of layers that are not of a special kind.
     */
    default List<Rope> ropes(Rope usual) {
        return List.of(usual);
    }

    /** What bounds a score: cap * tanh(score / cap). */
    default OptionalDouble scoreCap() {
        return OptionalDouble.empty();
    }

    /** The sliding window of some layers; in the others a token attends to all before it. */
    default Optional<AttentionWindow> window() {
        return Optional.empty();
    }

    /** Multiplications and additions of one decoded token per key that it attends to, weights not counted. */
    long operationsPerAttendedToken();

    /** Multiplications and additions of one layer for the last of so many tokens, weights not counted. */
    default double operations(int layer, int tokens) {
        int seen = window().filter(window -> window.holdsIn(layer))
                .map(window -> Math.min(tokens, window.tokens()))
                .orElse(tokens);
        return (double) seen * operationsPerAttendedToken();
    }

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

    /** {@link #script()} and what lets tokens of a pass attend by it: {@code self_attention(x, w, tokens, layer, kept)}. */
    default Script program(int layers) {
        return AttentionProgram.script(this, layers).and(script());
    }

    /**
     * One tensor of the cache: a place has {@code heads * width} elements.
     *
     * @param wide whether they are float32 whatever the compute type
     * @param tokens that have one place together, or 0 where places do not grow with tokens
     * @param places of a sequence of any length, where they do not
     */
    record Cached(int heads, int width, boolean wide, int tokens, int places) {
        /** One place for each token. */
        public Cached(int heads, int width) {
            this(heads, width, false, 1, 0);
        }

        /** One place for so many tokens. */
        static Cached oncePer(int tokens, int width) {
            return new Cached(1, width, false, tokens, 0);
        }

        /** At most so many places. */
        static Cached upTo(int places, int width, boolean wide) {
            return new Cached(1, width, wide, 0, places);
        }

        /** Bytes of one place. */
        private long bytes(ComputeType type) {
            return (long) heads * width * (wide ? ComputeType.FLOAT32 : type).bytes();
        }

        /** Bytes that each token adds, on average. */
        public double bytesPerToken(ComputeType type) {
            return tokens == 0 ? 0 : (double) bytes(type) / tokens;
        }

        /** Bytes that a sequence takes however long it is. */
        public long fixedBytes(ComputeType type) {
            return places * bytes(type);
        }
    }
}
