package mhc.model.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.decoder.JsonFields;
import mhc.model.engine.Families;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPlanTest {
    @TempDir
    Path folder;

    /** A model of arXiv 2512.24880, Table 5: what it does not say is what DeepSeek-V3's own configuration says. */
    private Path paper(String residual, int layers, int hidden, int expertInner, int experts, int heads)
            throws IOException {
        ObjectNode config = JsonFields.JSON.createObjectNode();
        config.putArray("architectures").add("DeepseekV3ForCausalLM");
        config.put("vocab_size", 129_280)
                .put("hidden_size", hidden)
                .put("intermediate_size", 8 * expertInner)
                .put("moe_intermediate_size", expertInner)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads)
                .put("kv_lora_rank", 512)
                .put("qk_nope_head_dim", 128)
                .put("qk_rope_head_dim", 64)
                .put("v_head_dim", 128)
                .put("n_routed_experts", experts)
                .put("num_experts_per_tok", 6)
                .put("n_shared_experts", 2)
                .put("first_k_dense_replace", 1)
                .put("max_position_embeddings", 4096)
                .put("rms_norm_eps", 1e-20)
                .put("residual", residual);
        if (!residual.equals("none")) {
            config.put("hc_mult", 4);
        }
        JsonFields.JSON.writeValue(folder.resolve("config.json").toFile(), config);
        return folder.resolve("config.json");
    }

    /** As they are published, with fields that say nothing of the model. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Llama-3.2-1B
                """
                1235814400 | "architectures":["LlamaForCausalLM"],"hidden_size":2048,"intermediate_size":8192,\
                "num_hidden_layers":16,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,"vocab_size":128256,\
                "max_position_embeddings":131072,"tie_word_embeddings":true,"pretraining_tp":1,"torch_dtype":"bfloat16",\
                "rope_theta":500000.0,"rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,\
                "original_max_position_embeddings":8192,"rope_type":"llama3"}""",
                // Qwen2.5-0.5B
                """
                494032768 | "architectures":["Qwen2ForCausalLM"],"hidden_size":896,"intermediate_size":4864,\
                "num_hidden_layers":24,"num_attention_heads":14,"num_key_value_heads":2,"vocab_size":151936,\
                "max_position_embeddings":32768,"tie_word_embeddings":true,"max_window_layers":24,"sliding_window":32768,\
                "use_sliding_window":false,"use_mrope":false""",
                // Mistral-7B-v0.3
                """
                7248023552 | "architectures":["MistralForCausalLM"],"hidden_size":4096,"intermediate_size":14336,\
                "num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"head_dim":null,"vocab_size":32768,\
                "max_position_embeddings":32768,"sliding_window":null,"rope_scaling":null,"rope_theta":1000000.0""",
                // Gemma-2-9B
                """
                9241705984 | "architectures":["Gemma2ForCausalLM"],"hidden_size":3584,"intermediate_size":14336,\
                "num_hidden_layers":42,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":256,\
                "vocab_size":256000,"max_position_embeddings":8192,"sliding_window":4096,"sliding_window_size":4096,\
                "hidden_activation":"gelu_pytorch_tanh","query_pre_attn_scalar":256,"attn_logit_softcapping":50.0,\
                "final_logit_softcapping":30.0,"cache_implementation":"hybrid","rope_theta":10000.0""",
                // Gemma-2-2B
                """
                2614341888 | "architectures":["Gemma2ForCausalLM"],"hidden_size":2304,"intermediate_size":9216,\
                "num_hidden_layers":26,"num_attention_heads":8,"num_key_value_heads":4,"head_dim":256,\
                "vocab_size":256000,"max_position_embeddings":8192,"sliding_window":4096,\
                "hidden_activation":"gelu_pytorch_tanh","query_pre_attn_scalar":256""",
                // Gemma-3-1B
                """
                999885952 | "architectures":["Gemma3ForCausalLM"],"hidden_size":1152,"intermediate_size":6912,\
                "num_hidden_layers":26,"num_attention_heads":4,"num_key_value_heads":1,"head_dim":256,\
                "vocab_size":262144,"max_position_embeddings":32768,"sliding_window":512,"sliding_window_pattern":6,\
                "hidden_activation":"gelu_pytorch_tanh","query_pre_attn_scalar":256,"attn_logit_softcapping":null,\
                "final_logit_softcapping":null,"rope_local_base_freq":10000,"rope_scaling":null,"rope_theta":1000000""",
                // DeepSeek-V2-Lite
                """
                15706484224 | "architectures":["DeepseekV2ForCausalLM"],"hidden_size":2048,"intermediate_size":10944,\
                "num_hidden_layers":27,"num_attention_heads":16,"num_key_value_heads":16,"vocab_size":102400,\
                "max_position_embeddings":163840,"q_lora_rank":null,"kv_lora_rank":512,"qk_nope_head_dim":128,\
                "qk_rope_head_dim":64,"v_head_dim":128,"moe_intermediate_size":1408,"n_routed_experts":64,\
                "n_shared_experts":2,"num_experts_per_tok":6,"first_k_dense_replace":1,"n_group":1,"topk_group":1,\
                "topk_method":"greedy","scoring_func":"softmax","seq_aux":true,"aux_loss_alpha":0.001,\
                "auto_map":{"AutoConfig":"configuration_deepseek.DeepseekV2Config"},\
                "rope_scaling":{"beta_fast":32,"beta_slow":1,"factor":40,"mscale":0.707,"mscale_all_dim":0.707,\
                "original_max_position_embeddings":4096,"type":"yarn"}"""
            })
    void publishedConfigurationsHaveTheirParameters(long parameters, String fields) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, "{" + fields + ",\"hidden_act\":\"silu\",\"use_cache\":true}");
        assertThat(ModelPlan.of(file, "bfloat16", 1, 0).parameters()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource({
        "12, 1280, 896, 64, 16, 2.97e9, 612e6, 331e6",
        "18, 1920, 1280, 64, 24, 9.18e9, 1.66e9, 496e6",
        "30, 2560, 1536, 72, 32, 27.0e9, 4.14e9, 662e6"
    })
    void agreesWithTheSizesOfThePaper(
            int layers, int hidden, int inner, int experts, int heads, double total, double active, double vocabulary)
            throws IOException {
        for (String residual : new String[] {"none", "mhc"}) {
            ModelPlan plan = ModelPlan.of(paper(residual, layers, hidden, inner, experts, heads), "bfloat16", 1, 0);
            assertThat(plan.parameters() / total).isCloseTo(1, within(0.01));
            assertThat(plan.activeParameters() / active).isCloseTo(1, within(0.01));
            assertThat(2.0 * 129_280 * hidden / vocabulary).isCloseTo(1, within(0.01));
            // The latent and the shared rotary key, in every layer.
            assertThat(plan.cacheBytesPerToken()).isEqualTo((512 + 64) * 2L * layers);
            assertThat(plan.streamBytesPerToken()).isEqualTo((residual.equals("mhc") ? 4L : 1L) * hidden * 2);
            // Two per active parameter; per seen token and head the latent twice and the rotary key once; and the
            // mixing
            // of four streams, n^2 + 2n products of width C at two sites a layer.
            double attention = 4096.0 * layers * 2 * heads * (2 * 512 + 64);
            double mixing = residual.equals("mhc") ? 2.0 * layers * 2 * hidden * (16 + 8) : 0;
            assertThat(plan.operationsPerToken()).isEqualTo(2.0 * plan.activeParameters() + attention + mixing);
        }
    }

    @Test
    void readsAndWritesAreThoseOfThePaper() throws IOException {
        ModelPlan plan = ModelPlan.of(paper("mhc", 30, 2560, 1536, 72, 32), "bfloat16", 1, 0);
        long c = 2560;
        assertThat(plan.sites()).isEqualTo(60);
        // Table 2 at n = 4: (5n + 1)C + n^2 + 2n and (3n + 1)C + n^2 + 2n.
        assertThat(plan.traffic().get(0)).isEqualTo(new ResidualTraffic("naive", false, 21 * c + 24, 13 * c + 24));
        assertThat(plan.traffic().stream()
                        .map(way -> (way.read() + way.written()) / c)
                        .toList())
                .containsExactly(34L, 18L, 20L, 14L, 10L);
        assertThat(ModelPlan.of(paper("none", 30, 2560, 1536, 72, 32), "bfloat16", 1, 0)
                        .traffic())
                .containsExactly(new ResidualTraffic("plain", false, 2 * c, c));
    }

    @Test
    void saysWhatFits() throws IOException {
        Path config = paper("mhc", 30, 2560, 1536, 72, 32);
        ModelPlan half = ModelPlan.of(config, "bfloat16", 16, 4096);
        ModelPlan full = ModelPlan.of(config, "float32", 16, 4096);
        // 27 billion numbers of two bytes, and of four.
        assertThat(half.weightBytes()).isBetween(54_000_000_000L, 57_000_000_000L);
        assertThat(half.fits(80)).isTrue();
        assertThat(full.fits(80)).isFalse();
        assertThat(full.fits(141)).isTrue();
        assertThat(ModelPlan.of(config, "bfloat16", 1024, 4096).fits(141)).isFalse();
        assertThat(ModelPlan.of(config, "bfloat16", 17, 4096).bytes() - half.bytes())
                .isEqualTo((long) (4096 * half.cacheBytesPerToken()));
    }

    @Test
    void aPlanIsWhatACheckpointHolds() {
        for (String family : new String[] {"qwen2", "gemma3", "deepseek-grouped"}) {
            Path checkpoint = Families.folder(family, "mhc");
            assertThat(ModelPlan.of(checkpoint, "float32", 1, 8).parameters())
                    .isEqualTo(ModelSummary.of(checkpoint).parameters());
        }
    }

    @Test
    void refusesWhatCannotBe() throws IOException {
        Path config = paper("none", 12, 1280, 896, 64, 16);
        assertThatThrownBy(() -> ModelPlan.of(config, "int4", 1, 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("int4");
        assertThatThrownBy(() -> ModelPlan.of(config, "float32", 0, 0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> ModelPlan.of(config, "float32", 1, 4097)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> ModelPlan.of(folder.resolve("nowhere"), "float32", 1, 0))
                .isInstanceOf(InputException.class);
    }
}
