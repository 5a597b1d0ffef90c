package mhc.model.decoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The sliding window of some layers.
 *
 * @param tokens that a token attends to there, itself included
 * @param layers whether it holds, by layer
 */
public record AttentionWindow(int tokens, List<Boolean> layers) {
    /** What {@code layer_types} calls a layer without a window, and one with it. */
    static final String FULL = "full_attention";

    static final String SLIDING = "sliding_attention";

    public AttentionWindow {
        layers = List.copyOf(layers);
    }

    static AttentionWindow everywhere(int tokens, int layers) {
        return new AttentionWindow(tokens, Collections.nCopies(layers, true));
    }

    /**
     * That of the layers which {@code layer_types} calls {@code sliding_attention}, or without that field of those that
     * are usual; empty where it holds in none.
     *
     * @param usual by index of the layer
     */
    static Optional<AttentionWindow> read(JsonFields fields, int tokens, IntPredicate usual) {
        int layers = fields.positive("num_hidden_layers", 1);
        fields.requireAtMost("num_hidden_layers", layers, ModelConfig.MOST_LAYERS);
        List<Boolean> windowed = new ArrayList<>();
        if (fields.absent("layer_types")) {
            IntStream.range(0, Math.min(layers, ModelConfig.MOST_LAYERS))
                    .mapToObj(usual::test)
                    .forEach(windowed::add);
        } else {
            fields.node("layer_types")
                    .forEach(type -> windowed.add(type.asText().equals(SLIDING)));
        }
        return windowed.contains(true) ? Optional.of(new AttentionWindow(tokens, windowed)) : Optional.empty();
    }

    public boolean holdsIn(int layer) {
        return layers.get(layer);
    }

    boolean holdsEverywhere() {
        return !layers.contains(false);
    }
}
