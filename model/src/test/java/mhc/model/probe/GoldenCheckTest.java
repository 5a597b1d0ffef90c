package mhc.model.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.datasets.testing.SharedInputs;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.BundledCheckpoints;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.decoder.JsonFields;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoldenCheckTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "llama-tied-none, auto",
        "llama-tied-hc, reference",
        "llama-tied-hc, fused",
        "llama-tied-mhc, reference",
        "llama-tied-mhc, fused",
        "mla-moe-none, auto",
        "mla-moe-hc, reference",
        "mla-moe-hc, fused",
        "mla-moe-mhc, reference",
        "mla-moe-mhc, fused",
        "tiny-baseline, auto",
        "tiny-hc, reference",
        "tiny-hc, fused",
        "tiny-mhc, reference",
        "tiny-mhc, fused",
        "deepseek-v4-a, reference",
        "deepseek-v4-a, fused",
        "deepseek-v4-b, reference",
        "deepseek-v4-b, fused",
        "deepseek-v4-fp4, reference",
        "deepseek-v4-fp4, fused"
    })
    void agreesWithTheRecordedOutputs(String model, String kernels) {
        GoldenCheck.Result result = agrees(SharedInputs.require("models/" + model), kernels);
        assertThat(result.skipped())
                .isEqualTo(
                        model.startsWith("tiny") || model.startsWith("deepseek-v4")
                                ? java.util.List.of()
                                : java.util.List.of("greedy_ids"));
    }

    @ParameterizedTest
    @CsvSource({
        "gqa-none, auto",
        "gqa-hc, reference",
        "gqa-hc, fused",
        "gqa-mhc, reference",
        "gqa-mhc, fused",
        "mla-moe-none, auto",
        "mla-moe-hc, reference",
        "mla-moe-hc, fused",
        "mla-moe-mhc, reference",
        "mla-moe-mhc, fused",
        "v4-mhc, reference",
        "v4-mhc, fused",
        "qwen3-moe, auto",
        "mixtral, auto",
        "olmo2, auto",
        "gemma2, auto",
        "gemma2, reference",
        "gemma3, auto",
        "gemma3, reference"
    })
    void agreesWithTheOutputsOfBundledCheckpoints(String model, String kernels) {
        assertThat(agrees(BundledCheckpoints.folder(model), kernels).skipped()).isEmpty();
    }

    /** The same model by other keys of its configuration. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gemma2 | {\"layer_types\":[\"sliding_attention\",\"full_attention\",\"sliding_attention\"]}",
                "gemma2 | {\"rope_theta\":null,\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":10000}}",
                "gemma3 | {\"layer_types\":[\"sliding_attention\",\"full_attention\",\"sliding_attention\"],"
                        + "\"sliding_window_pattern\":null}",
                "gemma3 | {\"rope_theta\":null,\"rope_local_base_freq\":null,\"rope_scaling\":null,\"rope_parameters\":"
                        + "{\"full_attention\":{\"rope_type\":\"linear\",\"factor\":4,\"rope_theta\":50000},"
                        + "\"sliding_attention\":{\"rope_type\":\"default\",\"rope_theta\":500}}}"
            })
    void agreesWhicheverWayItIsSaid(String model, String changes) throws IOException {
        copy(model);
        configure(changes);
        agrees(folder, "auto");
    }

    /** Each field of a configuration that its family reads. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gemma2 | {\"attn_logit_softcapping\":2.2}",
                "gemma2 | {\"attn_logit_softcapping\":null}",
                "gemma2 | {\"final_logit_softcapping\":3.1}",
                "gemma2 | {\"final_logit_softcapping\":null}",
                "gemma2 | {\"query_pre_attn_scalar\":21}",
                "gemma2 | {\"sliding_window\":8}",
                "gemma2 | {\"layer_types\":[\"full_attention\",\"sliding_attention\",\"full_attention\"]}",
                "gemma3 | {\"final_logit_softcapping\":30}",
                "gemma3 | {\"query_pre_attn_scalar\":21}",
                "gemma3 | {\"sliding_window\":8}",
                "gemma3 | {\"sliding_window_pattern\":3}",
                "gemma3 | {\"rope_theta\":55000}",
                "gemma3 | {\"rope_local_base_freq\":550}",
                "gemma3 | {\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":4.4}}"
            })
    void anotherConfigurationFails(String model, String changes) throws IOException {
        copy(model);
        configure(changes);
        assertThat(GoldenCheck.run(folder, InferenceOptions.DEFAULT).entries())
                .filteredOn(entry -> entry.name().equals("logits"))
                .allSatisfy(entry -> assertThat(entry.passed()).isFalse())
                .hasSize(1);
    }

    private void configure(String changes) throws IOException {
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonFields.object(file);
        config.setAll((ObjectNode) JsonFields.JSON.readTree(changes));
        Files.writeString(file, config.toString());
    }

    private static GoldenCheck.Result agrees(Path checkpoint, String kernels) {
        GoldenCheck.Result result = GoldenCheck.run(checkpoint, Tiny.onKernels(kernels));
        assertThat(result.entries())
                .allSatisfy(entry -> assertThat(entry.passed()).as(entry.name()).isTrue());
        assertThat(result.entries().size() + result.skipped().size())
                .isEqualTo(SafeTensors.open(checkpoint.resolve("golden.safetensors"))
                                .tensors()
                                .size()
                        - 1
                        + result.skipped().size());
        return result;
    }

    private void copy(String model) throws IOException {
        for (String name : new String[] {"config.json", "model.safetensors", "golden.safetensors"}) {
            Files.copy(BundledCheckpoints.folder(model).resolve(name), folder.resolve(name));
        }
    }

    /** Adds to one number of a tensor. */
    private void alter(String file, String tensor, int at, float by) throws IOException {
        Path path = folder.resolve(file);
        SafeTensors.Tensor found = SafeTensors.open(path).tensors().get(tensor);
        byte[] bytes = Files.readAllBytes(path);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int position = (int) found.begin() + at * found.type().bytes;
        if (found.type() == SafeTensors.Type.I64) {
            buffer.putLong(position, buffer.getLong(position) + (long) by);
        } else {
            buffer.putFloat(position, buffer.getFloat(position) + by);
        }
        Files.write(path, bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "gqa-mhc, golden.safetensors, logits, 4097, 0.01, logits",
        "gqa-mhc, golden.safetensors, logits, 12159, NaN, logits",
        "gqa-mhc, golden.safetensors, comb.0, 35, 0.001, comb.0",
        "gqa-mhc, golden.safetensors, greedy_ids, 63, 1, greedy_ids",
        "gqa-mhc, model.safetensors, model.layers.1.mlp.down_proj.weight, 99, 0.5, logits",
        "mla-moe-hc, golden.safetensors, comb.0, 3, 0.01, comb.0",
        "gqa-none, model.safetensors, model.layers.0.self_attn.k_proj.weight, 5, 0.1, logits",
        "gemma3, model.safetensors, model.layers.1.self_attn.k_norm.weight, 5, 0.1, logits",
        "gemma2, model.safetensors, model.layers.2.post_feedforward_layernorm.weight, 5, 0.1, logits"
    })
    void oneNumberThatDiffersFails(String model, String file, String tensor, int at, float by, String failed)
            throws IOException {
        copy(model);
        alter(file, tensor, at, by);
        GoldenCheck.Result result = GoldenCheck.run(folder, InferenceOptions.DEFAULT);
        assertThat(result.passed()).isFalse();
        assertThat(result.entries())
                .filteredOn(entry -> !entry.passed())
                .extracting(GoldenCheck.Entry::name)
                .contains(failed);
    }

    @Test
    void refusesUnknownNamesAndAbsentRecordings() throws IOException {
        copy("gqa-none");
        Path golden = folder.resolve("golden.safetensors");
        Files.copy(
                BundledCheckpoints.folder("gqa-mhc").resolve("golden.safetensors"),
                golden,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> GoldenCheck.run(folder, InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("comb.0")
                .hasMessageContaining("unknown for residual none");
        Files.delete(golden);
        assertThatThrownBy(() -> GoldenCheck.run(folder, InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no golden.safetensors");
    }
}
