package mhc.model.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import mhc.datasets.testing.TestFolders;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.model.decoder.JsonFields;

/** Tiny checkpoints of every family, with random weights, written once per test process. */
public final class Families {
    /** Llama itself and all that compose otherwise. */
    public static final List<String> NAMES = List.of(
            "llama",
            "mistral",
            "qwen2",
            "qwen3",
            "qwen3-moe",
            "mixtral",
            "olmo2",
            "gemma2",
            "gemma3",
            "mixed-window",
            "llama3",
            "deepseek-expanded",
            "deepseek-grouped",
            "deepseek-v2",
            "deepseek-v4",
            "latent",
            "latent-expanded");

    private static final Map<String, Path> FOLDERS = new ConcurrentHashMap<>();

    private Families() {}

    /** Whether tokens choose experts, which rounding can change. */
    static boolean isRouted(String family) {
        return family.startsWith("deepseek") || List.of("qwen3-moe", "mixtral").contains(family);
    }

    /** A checkpoint of a family with a residual kind, such as {@code deepseek-grouped} and {@code mhc}. */
    public static Path folder(String family, String residual) {
        return FOLDERS.computeIfAbsent(family + " " + residual, key -> write(config(family, residual)));
    }

    static Path write(ObjectNode config) {
        Path folder = TestFolders.create("family");
        TinyCheckpoints.write(folder, config, 3);
        return folder;
    }

    static ObjectNode config(String family, String residual) {
        ObjectNode config = JsonFields.JSON.createObjectNode();
        config.put("vocab_size", 1024)
                .put("hidden_size", 48)
                .put("intermediate_size", 80)
                .put("num_hidden_layers", 3)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("hidden_act", "silu")
                .put("max_position_embeddings", 512)
                .put("rms_norm_eps", 1e-6)
                .put("rope_theta", 10000.0)
                .put("eos_token_id", 0);
        config.put("residual", residual);
        if (!residual.equals("none")) {
            config.put("hc_mult", 4);
        }
        switch (family) {
            case "llama" -> named(config, "LlamaForCausalLM").put("num_key_value_heads", 4);
            case "mistral" -> named(config, "MistralForCausalLM").put("sliding_window", 7);
            case "qwen2" -> named(config, "Qwen2ForCausalLM").put("tie_word_embeddings", true);
            case "mixed-window" ->
                named(config, "Qwen3ForCausalLM")
                        .put("use_sliding_window", true)
                        .put("sliding_window", 5)
                        .putArray("layer_types")
                        .add("sliding_attention")
                        .add("full_attention")
                        .add("sliding_attention");
            case "qwen3-moe" ->
                named(config, "Qwen3MoeForCausalLM")
                        .put("moe_intermediate_size", 20)
                        .put("num_experts", 8)
                        .put("num_experts_per_tok", 3)
                        .putArray("mlp_only_layers")
                        .add(0);
            case "mixtral" ->
                named(config, "MixtralForCausalLM").put("num_local_experts", 4).put("intermediate_size", 28);
            case "olmo2" -> named(config, "Olmo2ForCausalLM");
            case "gemma2" ->
                gemma(config, "Gemma2ForCausalLM")
                        .put("attn_logit_softcapping", 3.0)
                        .put("final_logit_softcapping", 5.0);
            case "gemma3" ->
                gemma(config, "Gemma3ForCausalLM")
                        .put("sliding_window_pattern", 2)
                        .put("rope_local_base_freq", 500.0)
                        .putObject("rope_scaling")
                        .put("rope_type", "linear")
                        .put("factor", 4.0);
            case "qwen3" -> named(config, "Qwen3ForCausalLM").put("head_dim", 20);
            case "llama3" -> {
                named(config, "LlamaForCausalLM").put("attention_bias", true);
                config.putObject("rope_scaling")
                        .put("rope_type", "llama3")
                        .put("factor", 8.0)
                        .put("low_freq_factor", 1.0)
                        .put("high_freq_factor", 4.0)
                        .put("original_max_position_embeddings", 32);
            }
            case "deepseek-expanded" -> expanded(config);
            case "latent" -> deepseek(config).put("q_lora_rank", 24).put("first_k_dense_replace", 3);
            case "latent-expanded" -> expanded(config).put("first_k_dense_replace", 3);
            case "deepseek-grouped" -> {
                deepseek(config).put("q_lora_rank", 24).put("n_group", 4).put("topk_group", 2);
                config.putObject("rope_scaling")
                        .put("type", "yarn")
                        .put("factor", 4.0)
                        .put("original_max_position_embeddings", 32)
                        .put("mscale", 1.0)
                        .put("mscale_all_dim", 0.8);
            }
            case "deepseek-v2" ->
                deepseek(config)
                        .put("n_group", 4)
                        .put("topk_group", 2)
                        .put("topk_method", "group_limited_greedy")
                        .putArray("architectures")
                        .add("DeepseekV2ForCausalLM");
            case "deepseek-v4" -> compressed(config);
            default -> throw new IllegalArgumentException(family);
        }
        return config;
    }

    private static ObjectNode gemma(ObjectNode config, String architecture) {
        return named(config, architecture)
                .put("hidden_activation", "gelu_pytorch_tanh")
                .put("head_dim", 20)
                .put("query_pre_attn_scalar", 30)
                .put("sliding_window", 5);
    }

    private static ObjectNode deepseek(ObjectNode config) {
        return named(config, "DeepseekV3ForCausalLM")
                .put("kv_lora_rank", 24)
                .put("qk_nope_head_dim", 16)
                .put("qk_rope_head_dim", 8)
                .put("v_head_dim", 12)
                .put("n_routed_experts", 16)
                .put("num_experts_per_tok", 4)
                .put("moe_intermediate_size", 20)
                .put("n_shared_experts", 2)
                .put("first_k_dense_replace", 1)
                .put("routed_scaling_factor", 1.5);
    }

    /** All kinds of layers; runs of 4 and 8 tokens, of which an indexer picks 3. */
    private static void compressed(ObjectNode config) {
        named(config, "DeepseekV4ForCausalLM")
                .put("num_hidden_layers", 4)
                .put("num_key_value_heads", 1)
                .put("head_dim", 16)
                .put("qk_rope_head_dim", 8)
                .put("q_lora_rank", 24)
                .put("o_groups", 2)
                .put("o_lora_rank", 12)
                .put("sliding_window", 7)
                .put("index_n_heads", 12)
                .put("index_head_dim", 8)
                .put("index_topk", 3)
                .put("n_routed_experts", 16)
                .put("num_experts_per_tok", 4)
                .put("moe_intermediate_size", 20)
                .put("routed_scaling_factor", 1.5)
                .put("swiglu_limit", 2.0)
                .put("num_hash_layers", 1);
        config.putObject("compress_rates").put("compressed_sparse_attention", 4).put("heavily_compressed_attention", 8);
        config.putArray("layer_types")
                .add("sliding_attention")
                .add("compressed_sparse_attention")
                .add("heavily_compressed_attention")
                .add("compressed_sparse_attention");
    }

    /** With a latent so wide that eleven queries are enough to expand it. */
    private static ObjectNode expanded(ObjectNode config) {
        return deepseek(config)
                .put("kv_lora_rank", 64)
                .put("qk_nope_head_dim", 8)
                .put("v_head_dim", 8)
                .put("attention_bias", true);
    }

    private static ObjectNode named(ObjectNode config, String architecture) {
        config.putArray("architectures").add(architecture);
        return config;
    }
}
