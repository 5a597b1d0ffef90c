package mhc.model.decoder;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * TorchScript that lets tokens attend to exactly those before them in their own sequence, without padding and without
 * copies of what several sequences share: {@code pass.py} says what a pass is, {@code attention.py} how its parts
 * become one softmax. Parts are merged by their logarithms of sums of exponentials, in float32, which gives the exact
 * softmax over all of them. A sliding window hides keys in every part; its masks are computed once for all layers that
 * have the window.
 */
public final class AttentionProgram {
    /** Numbers of one block of scores where a whole matrix of them is built: 128 MB. */
    private static final int SCORES_BLOCK = 1 << 25;

    private AttentionProgram() {}

    static Script script(Attention attention, int layers) {
        Optional<AttentionWindow> window = attention.window();
        return Binder.of(Script.class, "pass.py", "sliding_window.py", "cache.py", "rows.py", "attention.py")
                .set("LAYERS", layers)
                .set("CACHE_TENSORS", attention.cached(0).size())
                .set("WINDOWED", window.isPresent())
                .set("WINDOW", window.map(AttentionWindow::tokens).orElse(0))
                .set("FULL", !window.map(AttentionWindow::holdsEverywhere).orElse(false))
                .set("LAYER_HAS_WINDOW", window.map(AttentionWindow::layers).orElse(List.of(false)))
                .script()
                .and(scaledDotProduct(attention.scoreCap()));
    }

    /** Passes and caches without {@code self_attention} and masks, for an attention that brings its own. */
    static Script passes(int layers, int cacheTensors) {
        return Binder.of(Script.class, "pass.py", "cache.py")
                .set("LAYERS", layers)
                .set("CACHE_TENSORS", cacheTensors)
                .script()
                .and(scaledDotProduct(OptionalDouble.empty()));
    }

    /**
     * TorchScript of {@code scaled_dot_product(q [B,H,S,D], k [B,H,K,D], v [B,H,K,V], mask?, causal, scale)} and of
     * {@code scaled_dot_product_in_blocks}, which takes the most numbers of a block of scores as well: attention to one
     * place [B,H,S,V] and its logarithms [B,H,S]; of {@code merge_}, by which two places become one, and of masks.
     *
     * @param cap that bounds scores; the engine's kernels have none, so that with it all scores are built
     */
    public static Script scaledDotProduct(OptionalDouble cap) {
        String scores = cap.isPresent() ? "capped_scores.py" : "scaled_dot_product.py";
        Binder binder =
                Binder.of(Script.class, scores, "score_blocks.py", "parts.py").set("SCORES_BLOCK", SCORES_BLOCK);
        cap.ifPresent(bound -> binder.set("SCORE_CAP", bound));
        return binder.script();
    }
}
