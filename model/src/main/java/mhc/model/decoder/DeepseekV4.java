package mhc.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mhc.model.decoder.CompressedAttention.Compression;
import mhc.model.decoder.CompressedAttention.Kind;

/**
 * DeepSeek-V4's fields of {@code config.json}, by the keys of the release or those of transformers. What is absent has
 * V4-Flash's value, but for the sizes that every model says itself.
 */
record DeepseekV4(JsonFields fields) {
    private static final int SPARSE_RATIO = 4;
    private static final int HEAVY_RATIO = 128;
    private static final int MOST_EXPERTS = 4096;
    private static final int MOST_RATIO = 1 << 20;

    /** The rotary embedding of layers without entries: {@code rope_parameters.main} or {@code rope_theta}. */
    Rope rope() {
        double theta = fields.positiveNumber("rope_theta", 10_000);
        return new Rope(nested() ? rope("main").positiveNumber("rope_theta", theta) : theta, new RopeScaling.None());
    }

    /**
     * That of layers with entries: {@code rope_parameters.compress}, or {@code compress_rope_theta} and {@code
     * rope_scaling}. YaRN acts on the angles alone.
     */
    private Rope compressedRope() {
        double theta = fields.positiveNumber("compress_rope_theta", 160_000);
        JsonFields group = nested() ? rope("compress") : fields.group("rope_scaling");
        theta = group.positiveNumber("rope_theta", theta);
        String type = group.choice(group.absent("rope_type") ? "type" : "rope_type", "default", "default", "yarn");
        if (type.equals("default")) {
            return new Rope(theta, new RopeScaling.None());
        }
        return new Rope(
                theta,
                new RopeScaling.Yarn(
                        group.positiveNumber("factor"),
                        group.positiveNumber("original_max_position_embeddings"),
                        group.positiveNumber("beta_fast", 32),
                        group.positiveNumber("beta_slow", 1),
                        true,
                        1,
                        1));
    }

    private boolean nested() {
        return fields.node("rope_parameters").path("compress").isObject();
    }

    private JsonFields rope(String name) {
        return fields.group("rope_parameters").group(name);
    }

    Attention attention(int hidden) {
        if (!fields.absent("model_type") && !fields.node("model_type").asText().equals("deepseek_v4")) {
            fields.problem("model_type is " + fields.node("model_type")
                    + ", expected deepseek_v4: other generations are other architectures");
        }
        if (fields.positive("num_key_value_heads", 1) != 1) {
            fields.problem("num_key_value_heads is " + fields.node("num_key_value_heads") + ", expected 1");
        }
        if (fields.flag("attention_bias", false)) {
            fields.problem("attention_bias is true, supported: false");
        }
        int heads = fields.positive("num_attention_heads");
        int width = fields.positive("head_dim");
        int groups = fields.positive("o_groups");
        if (heads % groups != 0) {
            fields.problem("num_attention_heads is " + heads + ", not a multiple of o_groups " + groups);
        }
        int indexWidth = fields.positive("index_head_dim", 128);
        int rotary = rotary(width);
        if (rotary > width || rotary > indexWidth || rotary % 2 != 0) {
            fields.problem("qk_rope_head_dim is " + rotary + ", expected an even number up to head_dim " + width
                    + " and index_head_dim " + indexWidth);
        }
        return new CompressedAttention(
                hidden,
                heads,
                width,
                rotary,
                fields.positive("q_lora_rank"),
                groups,
                fields.positive("o_lora_rank"),
                fields.positive("sliding_window", 128),
                fields.positive("index_n_heads", 64),
                indexWidth,
                fields.positive("index_topk", 512),
                fields.positiveNumber("rms_norm_eps", 1e-6),
                compressedRope(),
                layers());
    }

    private int rotary(int width) {
        return fields.absent("qk_rope_head_dim") && !fields.absent("partial_rotary_factor")
                ? (int) (width * fields.positiveNumber("partial_rotary_factor", 1))
                : fields.positive("qk_rope_head_dim", 64);
    }

    private int layerCount() {
        return Math.min(fields.positive("num_hidden_layers"), ModelConfig.MOST_LAYERS);
    }

    /** {@code layer_types}, or the first entries of {@code compress_ratios}; further ones are those of prediction. */
    private List<Compression> layers() {
        int count = layerCount();
        boolean named = !fields.absent("layer_types");
        String key = named ? "layer_types" : "compress_ratios";
        JsonNode entries = fields.node(key);
        if (!entries.isArray() || entries.size() < count) {
            fields.problem(key + " has " + entries.size() + " entries, expected one for each of " + count
                    + " layers (num_hidden_layers)");
            return Collections.nCopies(count, new Compression(Kind.SLIDING, 0));
        }
        List<Compression> layers = new ArrayList<>();
        for (int layer = 0; layer < count; layer++) {
            layers.add(named ? byName(entries.get(layer)) : byRatio(entries.get(layer)));
        }
        return layers;
    }

    private Compression byRatio(JsonNode ratio) {
        if (ratio.isIntegralNumber()) {
            switch (ratio.intValue()) {
                case 0:
                    return new Compression(Kind.SLIDING, 0);
                case SPARSE_RATIO:
                    return new Compression(Kind.SPARSE, SPARSE_RATIO);
                case HEAVY_RATIO:
                    return new Compression(Kind.HEAVILY_COMPRESSED, HEAVY_RATIO);
                default:
            }
        }
        fields.problem("compress_ratios holds " + ratio + ", supported: 0, " + SPARSE_RATIO + ", " + HEAVY_RATIO);
        return new Compression(Kind.SLIDING, 0);
    }

    private Compression byName(JsonNode type) {
        return switch (type.asText()) {
            case "sliding_attention" -> new Compression(Kind.SLIDING, 0);
            case "compressed_sparse_attention" ->
                new Compression(Kind.SPARSE, rate("compressed_sparse_attention", SPARSE_RATIO));
            case "heavily_compressed_attention" ->
                new Compression(Kind.HEAVILY_COMPRESSED, rate("heavily_compressed_attention", HEAVY_RATIO));
            default -> {
                fields.problem("layer_types holds " + type + ", supported: sliding_attention,"
                        + " compressed_sparse_attention, heavily_compressed_attention");
                yield new Compression(Kind.SLIDING, 0);
            }
        };
    }

    private int rate(String kind, int usual) {
        JsonFields rates = fields.group("compress_rates");
        int rate = rates.positive(kind, usual);
        rates.requireAtMost(kind, rate, MOST_RATIO);
        return rate;
    }

    FeedForward feedForward(int hidden) {
        fields.choice("scoring_func", "sqrtsoftplus", "sqrtsoftplus");
        fields.choice("topk_method", "noaux_tc", "noaux_tc");
        if (!fields.flag("norm_topk_prob", true)) {
            fields.problem("norm_topk_prob is false, supported: true");
        }
        int experts = fields.positive("n_routed_experts");
        fields.requireAtMost("n_routed_experts", experts, MOST_EXPERTS);
        int chosen = fields.positive("num_experts_per_tok");
        if (chosen > experts) {
            fields.problem("num_experts_per_tok is " + chosen + ", more than n_routed_experts " + experts);
        }
        return new TokenRoutedExperts(
                hidden,
                fields.positive("moe_intermediate_size"),
                experts,
                fields.positive("n_shared_experts", 1),
                chosen,
                fields.positiveNumber("routed_scaling_factor"),
                fields.positiveNumber("swiglu_limit", 10),
                fields.positive("vocab_size"),
                byToken());
    }

    /** {@code mlp_layer_types}, or the first {@code num_hash_layers}. */
    private List<Boolean> byToken() {
        int count = layerCount();
        List<Boolean> byToken = new ArrayList<>();
        if (fields.absent("mlp_layer_types")) {
            int first = fields.notNegative("num_hash_layers", 3);
            for (int layer = 0; layer < count; layer++) {
                byToken.add(layer < first);
            }
            return byToken;
        }
        JsonNode types = fields.node("mlp_layer_types");
        if (!types.isArray() || types.size() < count) {
            fields.problem("mlp_layer_types has " + types.size() + " entries, expected one for each of " + count
                    + " layers (num_hidden_layers)");
            return Collections.nCopies(count, false);
        }
        for (int layer = 0; layer < count; layer++) {
            String type = types.get(layer).asText();
            if (!List.of("hash_moe", "moe").contains(type)) {
                fields.problem("mlp_layer_types holds " + types.get(layer) + ", supported: hash_moe, moe");
            }
            byToken.add(type.equals("hash_moe"));
        }
        return byToken;
    }
}
