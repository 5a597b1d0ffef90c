package mhc.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import mhc.model.decoder.GroupedQueryAttention.Biases;
import mhc.model.decoder.GroupedQueryAttention.Heads;
import mhc.model.decoder.GroupedQueryAttention.Norms;
import mhc.model.decoder.GroupedQueryAttention.Scores;
import mhc.model.decoder.LayerNorms.Places;
import mhc.model.decoder.MixtureOfExperts.Routing;

/**
 * The families of decoders that a {@code config.json} may name. A field that is absent has the default of transformers,
 * but for {@code q_lora_rank}: queries are compressed only where the file says so.
 */
enum Architecture {
    LLAMA("LlamaForCausalLM"),
    MISTRAL("MistralForCausalLM"),
    QWEN2("Qwen2ForCausalLM"),
    QWEN3("Qwen3ForCausalLM"),
    QWEN3_MOE("Qwen3MoeForCausalLM"),
    MIXTRAL("MixtralForCausalLM"),
    OLMO2("Olmo2ForCausalLM"),
    GEMMA2("Gemma2ForCausalLM"),
    GEMMA3("Gemma3ForCausalLM"),
    DEEPSEEK_V2("DeepseekV2ForCausalLM"),
    DEEPSEEK_V3("DeepseekV3ForCausalLM"),
    DEEPSEEK_V4("DeepseekV4ForCausalLM");

    /** Qwen3's own default; elsewhere heads share the hidden size. */
    private static final int QWEN3_HEAD_WIDTH = 128;

    private static final int MISTRAL_WINDOW = 4096;
    private static final int QWEN_WINDOW = 4096;
    private static final int MOST_EXPERTS = 4096;

    private final String published;

    Architecture(String published) {
        this.published = published;
    }

    /** The family of a name in {@code architectures}. */
    static Optional<Architecture> of(String published) {
        return Arrays.stream(values())
                .filter(family -> family.published.equals(published))
                .findFirst();
    }

    /** All names that {@link #of} knows. */
    static String known() {
        return String.join(
                ", ", Arrays.stream(values()).map(family -> family.published).toList());
    }

    /** What {@code residual} is where the file does not say. */
    String residual() {
        return this == DEEPSEEK_V4 ? "mhc" : "none";
    }

    /** Streams where the file does not say; empty where it must. */
    OptionalInt streams() {
        return this == DEEPSEEK_V4 ? OptionalInt.of(4) : OptionalInt.empty();
    }

    /** How 8-bit weights are scaled where the file does not say. */
    Optional<BlockScales> scales() {
        return this == DEEPSEEK_V4 ? Optional.of(BlockScales.USUAL) : Optional.empty();
    }

    Rope rope(JsonFields fields, int maxLength) {
        return switch (this) {
            case DEEPSEEK_V4 -> new DeepseekV4(fields).rope();
            case GEMMA2, GEMMA3 -> gemma(fields).rope(maxLength);
            default -> Rope.read(fields, maxLength);
        };
    }

    /** Whether the embedding is the output projection as well, where the file does not say. */
    boolean tiedEmbeddings() {
        return isGemma();
    }

    /** What embeddings are multiplied with. */
    double embeddingFactor(int hidden) {
        return isGemma() ? Math.sqrt(hidden) : 1;
    }

    OptionalDouble logitCap(JsonFields fields) {
        return isGemma() ? gemma(fields).logitCap() : OptionalDouble.empty();
    }

    LayerNorms norms() {
        return switch (this) {
            case OLMO2 -> new LayerNorms(Places.BEHIND, NormWeights.FACTORS);
            case GEMMA2, GEMMA3 -> new LayerNorms(Places.AROUND, NormWeights.ABOVE_ONE);
            default -> new LayerNorms(Places.BEFORE, NormWeights.FACTORS);
        };
    }

    private boolean isGemma() {
        return this == GEMMA2 || this == GEMMA3;
    }

    private Gemma gemma(JsonFields fields) {
        return new Gemma(fields, this == GEMMA3);
    }

    Attention attention(JsonFields fields, int hidden, Rope rope) {
        if (this != DEEPSEEK_V4) {
            checkLayerTypes(fields);
        }
        return switch (this) {
            case LLAMA -> {
                fields.refuse("sliding_window", "sliding-window attention is no part of " + published);
                yield grouped(fields, hidden, Biases.read(fields), Optional.empty());
            }
            case MISTRAL -> grouped(fields, hidden, Biases.NONE, window(fields));
            case MIXTRAL ->
                grouped(
                        fields,
                        hidden,
                        Biases.NONE,
                        fields.absent("sliding_window") ? Optional.empty() : window(fields));
            case OLMO2 -> {
                fields.refuse("clip_qkv", "clipped projections are no part of " + published);
                yield grouped(fields, hidden, Biases.read(fields), Optional.empty());
            }
            case QWEN2 -> grouped(fields, hidden, Biases.INPUTS, switchedWindow(fields));
            case QWEN3, QWEN3_MOE -> grouped(fields, hidden, Biases.read(fields), switchedWindow(fields));
            case GEMMA2, GEMMA3 -> gemma(fields).attention(hidden);
            case DEEPSEEK_V2, DEEPSEEK_V3 -> latent(fields, hidden, rope);
            case DEEPSEEK_V4 -> new DeepseekV4(fields).attention(hidden);
        };
    }

    FeedForward feedForward(JsonFields fields, int hidden) {
        Activation activation = isGemma()
                ? Activation.read(fields, "hidden_activation", Activation.GELU_TANH)
                : Activation.read(fields, "hidden_act", Activation.SILU);
        return switch (this) {
            case DEEPSEEK_V2, DEEPSEEK_V3 -> experts(fields, hidden);
            case QWEN3_MOE -> qwenExperts(fields, hidden);
            case MIXTRAL -> mixtralExperts(fields, hidden);
            case DEEPSEEK_V4 -> new DeepseekV4(fields).feedForward(hidden);
            default ->
                new GatedFeedForward(
                        hidden, fields.positive("intermediate_size"), fields.flag("mlp_bias", false), activation);
        };
    }

    /** Mistral's window, which holds in all layers. */
    private static Optional<AttentionWindow> window(JsonFields fields) {
        return fields.node("sliding_window").isNull()
                ? Optional.empty()
                : Optional.of(AttentionWindow.everywhere(
                        fields.positive("sliding_window", MISTRAL_WINDOW), fields.positive("num_hidden_layers", 1)));
    }

    /**
     * Qwen's window: if it is switched on at all, it holds in the layers that {@code layer_types} says, or else from
     * {@code max_window_layers} on.
     */
    private static Optional<AttentionWindow> switchedWindow(JsonFields fields) {
        if (!fields.flag("use_sliding_window", false)
                || fields.node("sliding_window").isNull()) {
            return Optional.empty();
        }
        int first = fields.absent("layer_types") ? fields.notNegative("max_window_layers", 28) : 0;
        return AttentionWindow.read(fields, fields.positive("sliding_window", QWEN_WINDOW), layer -> layer >= first);
    }

    /** {@code layer_types}, which may be absent, says for every layer whether its attention has a window. */
    private void checkLayerTypes(JsonFields fields) {
        if (fields.absent("layer_types")) {
            return;
        }
        JsonNode types = fields.node("layer_types");
        int layers = fields.positive("num_hidden_layers", 1);
        if (!types.isArray() || types.size() != layers) {
            fields.problem("layer_types has " + types.size() + " entries, expected one for each of " + layers
                    + " layers (num_hidden_layers)");
            return;
        }
        List<String> known =
                switch (this) {
                    case QWEN2, QWEN3, QWEN3_MOE, GEMMA2, GEMMA3 ->
                        List.of(AttentionWindow.FULL, AttentionWindow.SLIDING);
                    default -> List.of(AttentionWindow.FULL);
                };
        for (JsonNode type : types) {
            if (!known.contains(type.asText())) {
                fields.problem(
                        "layer_types holds " + type + ", supported in " + published + ": " + String.join(", ", known));
                return;
            }
        }
    }

    private Attention grouped(JsonFields fields, int hidden, Biases biases, Optional<AttentionWindow> window) {
        Heads heads = Heads.read(
                fields,
                queries -> switch (this) {
                    case MISTRAL, MIXTRAL -> 8;
                    case QWEN3_MOE -> 4;
                    case QWEN2, QWEN3 -> 32;
                    default -> queries;
                },
                queries -> this == QWEN3 ? QWEN3_HEAD_WIDTH : Math.max(1, hidden / queries));
        Norms norms =
                switch (this) {
                    case QWEN3, QWEN3_MOE -> Norms.EACH_HEAD;
                    case OLMO2 -> Norms.ALL_HEADS;
                    default -> Norms.NONE;
                };
        return new GroupedQueryAttention(
                hidden, heads, biases, norms, norms().weights(), window, Optional.empty(), Scores.of(heads.width()));
    }

    private Attention latent(JsonFields fields, int hidden, Rope rope) {
        int rotary = fields.positive("qk_rope_head_dim", 64);
        fields.requireEven("qk_rope_head_dim", rotary);
        return new LatentAttention(
                hidden,
                fields.positive("num_attention_heads"),
                fields.absent("q_lora_rank") ? OptionalInt.empty() : OptionalInt.of(fields.positive("q_lora_rank")),
                fields.positive("kv_lora_rank", 512),
                fields.positive("qk_nope_head_dim", 128),
                rotary,
                fields.positive("v_head_dim", 128),
                fields.flag("attention_bias", false),
                this == DEEPSEEK_V2 || fields.flag("rope_interleave", true),
                rope.scaling().scores());
    }

    /** Scoring, choice and weights by family (arXiv 2405.04434 section 2.2.2, 2412.19437 section 2.1.2). */
    private FeedForward experts(JsonFields fields, int hidden) {
        boolean third = this == DEEPSEEK_V3;
        String scoring = fields.choice("scoring_func", third ? "sigmoid" : "softmax", "softmax", "sigmoid");
        String method = fields.choice(
                "topk_method", third ? "noaux_tc" : "greedy", "greedy", "group_limited_greedy", "noaux_tc");
        if (fields.positive("moe_layer_freq", 1) != 1) {
            fields.problem("moe_layer_freq is " + fields.node("moe_layer_freq") + ", supported: 1");
        }
        int experts = fields.positive("n_routed_experts");
        fields.requireAtMost("n_routed_experts", experts, MOST_EXPERTS);
        int chosen = fields.positive("num_experts_per_tok");
        boolean grouped = !method.equals("greedy");
        int groups = grouped ? fields.positive("n_group", 1) : 1;
        int chosenGroups = grouped ? fields.positive("topk_group", groups) : 1;
        boolean correction = method.equals("noaux_tc");
        // A group is as good as its two best experts where a correction bias balances the load, as its best one
        // elsewhere.
        int groupTop = correction ? 2 : 1;
        if (experts % groups != 0 || chosenGroups > groups || (groups > 1 && experts / groups < groupTop)) {
            fields.problem("n_routed_experts " + experts + ", n_group " + groups + " and topk_group " + chosenGroups
                    + " do not fit together");
        } else if (chosen > experts / groups * chosenGroups) {
            fields.problem("num_experts_per_tok is " + chosen + ", more than the " + experts / groups * chosenGroups
                    + " experts that a token may choose from");
        }
        boolean normalised = fields.flag("norm_topk_prob", third);
        double scaling = fields.positiveNumber("routed_scaling_factor", third ? 2.5 : 1);
        return new MixtureOfExperts(
                hidden,
                fields.positive("intermediate_size"),
                fields.positive("moe_intermediate_size"),
                experts,
                fields.absent("n_shared_experts") ? 0 : fields.notNegative("n_shared_experts", 0),
                fields.notNegative("first_k_dense_replace", third ? 3 : 0),
                new Routing(
                        chosen,
                        scoring.equals("sigmoid"),
                        correction,
                        groups,
                        chosenGroups,
                        groupTop,
                        normalised,
                        // V2's published code scales what it does not normalise.
                        !third && normalised ? 1 : scaling),
                MixtureOfExperts.Names.DEEPSEEK);
    }

    /** Qwen3's experts, chosen by softmax; {@code mlp_only_layers} may name leading layers. */
    private static FeedForward qwenExperts(JsonFields fields, int hidden) {
        if (fields.positive("decoder_sparse_step", 1) != 1) {
            fields.problem("decoder_sparse_step is " + fields.node("decoder_sparse_step") + ", supported: 1");
        }
        JsonNode dense = fields.node("mlp_only_layers");
        for (int i = 0; i < dense.size(); i++) {
            if (dense.get(i).asInt(-1) != i) {
                fields.problem("mlp_only_layers is " + dense + ", supported: the leading layers in order");
                break;
            }
        }
        int experts = fields.positive(fields.absent("num_experts") ? "num_local_experts" : "num_experts", 128);
        return softmaxExperts(
                fields,
                hidden,
                fields.positive("intermediate_size"),
                fields.positive("moe_intermediate_size"),
                experts,
                dense.size(),
                fields.flag("norm_topk_prob", false),
                MixtureOfExperts.Names.DEEPSEEK);
    }

    private static FeedForward mixtralExperts(JsonFields fields, int hidden) {
        int inner = fields.positive("intermediate_size");
        return softmaxExperts(
                fields,
                hidden,
                inner,
                inner,
                fields.positive("num_local_experts", 8),
                0,
                true,
                MixtureOfExperts.Names.MIXTRAL);
    }

    /** Experts by the best of a softmax, no shared ones. */
    private static FeedForward softmaxExperts(
            JsonFields fields,
            int hidden,
            int inner,
            int expertInner,
            int experts,
            int leadingDense,
            boolean normalised,
            MixtureOfExperts.Names names) {
        fields.requireAtMost("num_experts", experts, MOST_EXPERTS);
        int chosen = fields.positive("num_experts_per_tok", names == MixtureOfExperts.Names.MIXTRAL ? 2 : 8);
        if (chosen > experts) {
            fields.problem("num_experts_per_tok is " + chosen + ", more than the " + experts + " experts");
        }
        Routing routing = new Routing(chosen, false, false, 1, 1, 1, normalised, 1);
        return new MixtureOfExperts(hidden, inner, expertInner, experts, 0, leadingDense, routing, names);
    }
}
