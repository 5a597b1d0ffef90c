package mhc.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import mhc.datasets.InputException;
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
                .isEqualTo(4096L * half.cacheBytesPerToken());
    }

    @Test
    void aPlanIsWhatACheckpointHolds() {
        for (String family : new String[] {"qwen2", "deepseek-grouped"}) {
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
