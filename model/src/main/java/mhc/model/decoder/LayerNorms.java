package mhc.model.decoder;

import java.util.List;

/** The norms of a layer's two sublayers, and the names of their weights. */
public record LayerNorms(Places places, NormWeights weights) {

    /** Where a sublayer has norms. */
    public enum Places {
        /** Before it. */
        BEFORE,
        /** Behind it, before its output is added (OLMo 2). */
        BEHIND,
        /** Both (Gemma). */
        AROUND
    }

    /** Weights of the attention's norms, the one before it first. */
    List<TensorSpec> ofAttention(String layer, int hidden) {
        return switch (places) {
            case BEFORE -> List.of(released(layer, "input_layernorm", "attn_norm", hidden));
            case BEHIND -> List.of(named(layer, "post_attention_layernorm", hidden));
            case AROUND ->
                List.of(named(layer, "input_layernorm", hidden), named(layer, "post_attention_layernorm", hidden));
        };
    }

    /** Weights of the feed-forward's norms, the one before it first. */
    List<TensorSpec> ofFeedForward(String layer, int hidden) {
        return switch (places) {
            case BEFORE -> List.of(released(layer, "post_attention_layernorm", "ffn_norm", hidden));
            case BEHIND -> List.of(named(layer, "post_feedforward_layernorm", hidden));
            case AROUND ->
                List.of(
                        named(layer, "pre_feedforward_layernorm", hidden),
                        named(layer, "post_feedforward_layernorm", hidden));
        };
    }

    private TensorSpec named(String layer, String name, int hidden) {
        return weights.named(layer + name + ".weight", hidden);
    }

    /** By its usual name and DeepSeek-V4's. */
    private TensorSpec released(String layer, String name, String released, int hidden) {
        String other = released + ".weight";
        return named(layer, name, hidden).alsoNamed(layer + other, layer.replaceFirst("^model\\.", "") + other);
    }

    /** Norms of one sublayer. */
    int each() {
        return places == Places.AROUND ? 2 : 1;
    }

    /**
     * Binds {@code w.<sublayer>_norm_before} and {@code w.<sublayer>_norm_behind}.
     *
     * @param first index of the sublayer's first norm among the weights of the layer
     */
    Binder bind(Binder binder, String sublayer, int first) {
        String before = sublayer + "_norm_before";
        String behind = sublayer + "_norm_behind";
        if (places != Places.BEHIND) {
            binder.weight(before, first);
        }
        if (places != Places.BEFORE) {
            binder.weight(behind, first + each() - 1);
        }
        return binder.optional(before, behind);
    }
}
