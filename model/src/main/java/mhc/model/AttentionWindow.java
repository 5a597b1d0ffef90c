package mhc.model;

import java.util.Collections;
import java.util.List;

/**
 * How far back the tokens of some layers see.
 *
 * @param tokens seen there, the token itself included
 * @param layers whether it holds, by layer
 */
record AttentionWindow(int tokens, List<Boolean> layers) {
    AttentionWindow {
        layers = List.copyOf(layers);
    }

    static AttentionWindow everywhere(int tokens, int layers) {
        return new AttentionWindow(tokens, Collections.nCopies(layers, true));
    }

    boolean holdsIn(int layer) {
        return layers.get(layer);
    }

    boolean holdsEverywhere() {
        return !layers.contains(false);
    }
}
