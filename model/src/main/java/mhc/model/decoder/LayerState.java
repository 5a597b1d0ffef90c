package mhc.model.decoder;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sequence leaves in the cache of each layer of a kind: keys and values, latents, or other state.
 *
 * @param kind of attention, such as {@code full} or {@code sliding}
 * @param layers of that kind
 * @param bytesPerToken of one of them, on average
 * @param fixedBytes of one of them, of a sequence however long, such as its window
 */
public record LayerState(String kind, int layers, double bytesPerToken, long fixedBytes) {

    /** The kinds of a model's layers, in the order in which they first come. */
    public static List<LayerState> of(ModelConfig config, ComputeType type) {
        Map<String, LayerState> kinds = new LinkedHashMap<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            String kind = config.attention().kind(layer);
            kinds.merge(
                    kind,
                    new LayerState(kind, 1, bytesPerToken(config, layer, type), fixedBytes(config, layer, type)),
                    (all, one) -> new LayerState(kind, all.layers + 1, all.bytesPerToken, all.fixedBytes));
        }
        return new ArrayList<>(kinds.values());
    }

    private static double bytesPerToken(ModelConfig config, int layer, ComputeType type) {
        return config.attention().cached(layer).stream()
                .mapToDouble(tensor -> tensor.bytesPerToken(type))
                .sum();
    }

    private static long fixedBytes(ModelConfig config, int layer, ComputeType type) {
        return config.attention().cached(layer).stream()
                .mapToLong(tensor -> tensor.fixedBytes(type))
                .sum();
    }

    /** Bytes that a sequence of so many tokens leaves in one layer. */
    static double bytes(ModelConfig config, int layer, ComputeType type, long tokens) {
        return fixedBytes(config, layer, type) + tokens * bytesPerToken(config, layer, type);
    }
}
