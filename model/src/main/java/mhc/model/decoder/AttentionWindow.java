package mhc.model.decoder;

import java.util.Collections;
import java.util.List;

/**
 * The sliding window of some layers.
 *
 * @param tokens that a token attends to there, itself included
 * @param layers whether it holds, by layer
 */
public record AttentionWindow(int tokens, List<Boolean> layers) {
    public AttentionWindow {
        layers = List.copyOf(layers);
    }

    static AttentionWindow everywhere(int tokens, int layers) {
        return new AttentionWindow(tokens, Collections.nCopies(layers, true));
    }

    public boolean holdsIn(int layer) {
        return layers.get(layer);
    }

    boolean holdsEverywhere() {
        return !layers.contains(false);
    }
}
