package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import mhc.model.checkpoint.TinyCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of one checkpoint. */
class ModelCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void plansFromAConfigurationAlone() throws IOException {
        TinyCheckpoints.write(folder, "mhc", 1);
        Files.delete(folder.resolve("model.safetensors"));
        assertThat(run("model", "inspect", folder.toString())).isEqualTo(2);

        assertThat(run("model", "inspect", "--plan", folder.toString(), "--dtype", "bfloat16"))
                .isZero();

        // Two heads of 16 for keys and for values, in 3 layers of 2-byte numbers; four streams of 64.
        assertThat(out.toString())
                .containsPattern("KV bytes per token +384\\R")
                .containsPattern("stream bytes per token +512\\R")
                .containsPattern("fits on 80 GB +yes\\R")
                .containsPattern("naive +1,368 +856 +2,224\\R");
        assertThat(run("model", "inspect", "--plan", folder.toString(), "--batch", "0"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("mhc-eval: A batch of 0 sequences");
    }

    /** DeepSeek-V4 with a layer of each kind; what of it is changed. */
    private static ObjectNode v4(String... changes) {
        try {
            ObjectMapper json = new ObjectMapper();
            ObjectNode config = (ObjectNode) json.readTree("""
                    {"architectures": ["DeepseekV4ForCausalLM"], "vocab_size": 1024, "hidden_size": 32,
                     "num_hidden_layers": 3, "num_attention_heads": 2, "head_dim": 16, "qk_rope_head_dim": 8,
                     "q_lora_rank": 8, "o_groups": 2, "o_lora_rank": 4, "sliding_window": 8, "index_n_heads": 2,
                     "index_head_dim": 8, "index_topk": 2, "n_routed_experts": 4, "num_experts_per_tok": 2,
                     "moe_intermediate_size": 8, "routed_scaling_factor": 1.5, "num_hash_layers": 1,
                     "compress_ratios": [0, 4, 128], "max_position_embeddings": 256, "eos_token_id": 0}
                    """);
            for (String change : changes) {
                config.setAll((ObjectNode) json.readTree(change));
            }
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assertRefused(String sentence, String... arguments) {
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString().lines().reduce((first, last) -> last).orElse(""))
                .startsWith("mhc-eval: ")
                .contains(sentence);
    }

    @Test
    void whatDeepSeekV4CannotBeIsOneSentenceAndStatusTwo() throws IOException {
        TinyCheckpoints.write(folder, v4(), 1);
        String path = folder.toString();
        String text = Files.writeString(folder.resolve("text.txt"), "the answer is there")
                .toString();
        assertThat(run("model", "inspect", path)).isZero();
        // A window of 8 vectors of 16; entries of 16 and 8 for 4 tokens, and 4 x 16 and 4 x 8 of the tokens of two
        // runs; an
        // entry of 16 for 128 tokens, and 2 x 16 of those of one run.
        assertThat(out.toString())
                .contains("  of each of 1 layers  0 and 512 of a sequence (sliding)")
                .contains("  of each of 1 layers  24 and 3,584 of a sequence (sparse, 1 entry for 4 tokens)")
                .contains(
                        "  of each of 1 layers  0.50 and 16,896 of a sequence (heavily compressed, 1 entry for 128 tokens)")
                .containsPattern("weight bytes +[0-9,]+\\R");
        assertRefused(
                "inference.devices names 4 devices for a model of 3 layers",
                "model",
                "loss",
                path,
                "--text",
                text,
                "--device",
                "cpu,cpu,cpu,cpu");
        assertRefused(
                "Device cuda:77 is not here",
                "model",
                "loss",
                path,
                "--text",
                text,
                "--device",
                "cuda:77",
                "--kernels",
                "reference");
        assertRefused("names 4 devices for a model of 3 layers", "model", "inspect", "--plan", path, "--devices", "4");
        assertRefused("weights is \"packed\"", "model", "inspect", "--plan", path, "--weights", "packed");
        assertThat(run("model", "inspect", "--plan", path, "--devices", "2", "--gigabytes", "80"))
                .isZero();
        assertThat(out.toString()).containsPattern("device +layers +weights GB").containsPattern("2 +1-2 +0.00");

        Path config = folder.resolve("config.json");
        Files.writeString(config, v4("{\"num_hash_layers\": 2}").toString());
        assertRefused("tensor layers.1.ffn.gate.tid2eid is absent, expected shape [1024, 2]", "model", "inspect", path);
        Files.writeString(config, v4("{\"compress_ratios\": [0, 16, 128]}").toString());
        assertRefused("compress_ratios holds 16, supported: 0, 4, 128", "model", "inspect", path);
    }

    @Test
    void writesTheProgramThatAnEvaluationRuns() throws IOException {
        TinyCheckpoints.write(folder, "mhc", 1);
        Files.delete(folder.resolve("model.safetensors"));
        Path file = folder.resolve("program.pt");
        assertThat(run("model", "inspect", folder.toString(), "--program", file.toString()))
                .isZero();
        assertThat(out.toString()).startsWith("program with kernels fused written to ");
        assertThat(entry(file, "code/__torch__.py")).contains("ops.mhc.hc_pre(").contains("def bind(self");
        JsonNode description = new ObjectMapper().readTree(entry(file, "extra/tensors.json"));
        assertThat(description.path("frequencies")).hasSize(8);
        // Embedding, norm and output, three of the head; per layer six of two sites, two norms, four and three
        // matrices.
        assertThat(description.path("tensors")).hasSize(6 + 3 * 15);
        assertThat(description.path("tensors").get(1).toString())
                .isEqualTo("{\"names\":[\"model.layers.0.attn_hc.fn\",\"model.layers.0.hc_attn_fn\","
                        + "\"layers.0.hc_attn_fn\"],\"shape\":[24,256],\"kind\":\"exact\"}");

        assertThat(run("model", "inspect", folder.toString(), "--program", file.toString(), "--kernels", "reference"))
                .isZero();
        assertThat(entry(file, "code/__torch__.py")).doesNotContain("ops.mhc.");
        assertThat(run("model", "inspect", folder.toString(), "--program", file.toString(), "--kernels", "auto"))
                .isEqualTo(2);
        assertThat(err.toString()).startsWith("mhc-eval: kernels is \"auto\", expected fused or reference");
        assertThat(run("model", "inspect", folder.toString(), "--program", file.toString(), "--plan"))
                .isEqualTo(2);
    }

    private static String entry(Path archive, String name) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile());
                InputStream in = zip.getInputStream(zip.getEntry("program/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void writesGainsAsATableAndAsJson() throws IOException {
        TinyCheckpoints.write(folder, "mhc", 1);
        Path text = Files.writeString(folder.resolve("text.txt"), "The answer is that the other half went there.");
        Path json = folder.resolve("gain.json");

        assertThat(run("model", "gain", folder.toString(), "--text", text.toString(), "--json", json.toString()))
                .isZero();

        JsonNode gains = new ObjectMapper().readTree(json.toFile());
        assertThat(out.toString()).startsWith(gains.path("tokens").asInt() + " tokens");
        assertThat(gains.path("sites")).hasSize(6);
        JsonNode last = gains.path("sites").get(5);
        assertThat(last.path("site").asText()).isEqualTo("2.ffn");
        assertThat(last.path("composite_forward").path("max").asDouble()).isCloseTo(1, within(1e-4));
        // The product of all sites is the last prefix and the first suffix, multiplied in another order.
        for (String over : List.of("mean", "max")) {
            assertThat(gains.path("sites")
                            .get(0)
                            .path("suffix_backward")
                            .path(over)
                            .asDouble())
                    .isCloseTo(last.path("composite_backward").path(over).asDouble(), within(1e-12));
        }
        long columns = 0;
        for (JsonNode count : gains.path("column_sum_deviations")) {
            columns += count.asLong();
        }
        assertThat(columns).isEqualTo(6L * 4 * gains.path("tokens").asInt());

        assertThat(run("model", "gain", folder.toString(), "--text", text.toString(), "--json", "-"))
                .isZero();
        assertThat(new ObjectMapper().readTree(out.toString())).isEqualTo(gains);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.execute(new Main(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
