package mhc.model.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        "olmo2, auto"
    })
    void agreesWithTheOutputsOfBundledCheckpoints(String model, String kernels) {
        assertThat(agrees(BundledCheckpoints.folder(model), kernels).skipped()).isEmpty();
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
        "gqa-none, model.safetensors, model.layers.0.self_attn.k_proj.weight, 5, 0.1, logits"
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
