package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
        // The product of all sites is the last prefix and the first suffix.
        assertThat(gains.path("sites").get(0).path("suffix_backward")).isEqualTo(last.path("composite_backward"));
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
