package mhc.model.decoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one token leaves in the cache of each layer of a kind: keys and values, latents, or other state.
 *
 * @param kind of attention, such as {@code full} or {@code sliding}
 * @param layers of that kind
 * @param bytesPerToken of one of them
 */
public record LayerState(String kind, int layers, long bytesPerToken) {

    /** The kinds of a model's layers, in the order in which they first come. */
    public static List<LayerState> of(ModelConfig config, ComputeType type) {
        Map<String, LayerState> kinds = new LinkedHashMap<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            String kind = config.attention().kind(layer);
            kinds.merge(
                    kind,
                    new LayerState(kind, 1, bytes(config, layer, type)),
                    (all, one) -> new LayerState(kind, all.layers + 1, all.bytesPerToken));
        }
        return new ArrayList<>(kinds.values());
    }

    /** Bytes that a token leaves in one layer. */
    static long bytes(ModelConfig config, int layer, ComputeType type) {
        return config.attention().cached(layer).stream()
                .mapToLong(tensor -> tensor.bytes(type))
                .sum();
    }
}
