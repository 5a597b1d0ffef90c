package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import mhc.datasets.InputException;
import mhc.datasets.testing.SharedInputs;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.WeightEdits;
import mhc.model.checkpoint.WeightEdits.Raw;
import mhc.model.decoder.BlockScales;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.KernelPath;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights of 8 and 4 bits that are held as they are stored give the numbers that they give expanded. */
class StoredWeightsTest {
    private static final BlockScales BLOCKS = new BlockScales(16, 32);

    /** DeepSeek-V4's matrices as random codes: experts in 4 bits, others in 8, blocks that rows and columns do not fill. */
    private static Path compressed(boolean powersOfTwo, boolean damaged) throws IOException {
        ObjectNode config = Families.config("deepseek-v4", "mhc");
        config.putObject("quantization_config")
                .put("quant_method", "fp8")
                .put("fmt", "e4m3")
                .putArray("weight_block_size")
                .add(BLOCKS.rows())
                .add(BLOCKS.columns());
        Path folder = Families.write(config);
        Random random = new Random(11);
        SafeTensors file = SafeTensors.open(folder.resolve("model.safetensors"));
        Map<String, Raw> tensors = new LinkedHashMap<>();
        for (TensorSpec spec : Checkpoint.open(folder).program().tensors().stream()
                .skip(Program.FREQUENCIES + 1)
                .toList()) {
            SafeTensors.Tensor tensor = file.tensors().get(spec.name());
            if (!spec.onlyMultiplied() || spec.kind() != TensorSpec.Kind.COMPUTE) {
                byte[] bytes = new byte[(int) tensor.bytes()];
                file.map(tensor).get(bytes);
                tensors.put(spec.name(), new Raw(tensor.type().name(), tensor.shape(), bytes));
                continue;
            }
            String scale = spec.name().replaceFirst("\\.weight$", ".scale");
            boolean packed = spec.name().contains(".experts.");
            BlockScales scales = packed ? BlockScales.FP4 : BLOCKS;
            byte[] codes = new byte[(int) (spec.elements() / (packed ? 2 : 1))];
            random.nextBytes(codes);
            for (int i = 0; i < codes.length && !packed; i++) {
                // Small numbers of both signs, none of them E4M3's NaN.
                codes[i] = (byte) (codes[i] & 0x80 | 0x20 + (codes[i] & 0x1F));
            }
            if (damaged && spec.name().equals("layers.1.ffn.experts.3.w2.weight")) {
                damaged = false;
                tensors.put(scale, scale(scales.shapeFor(spec.shape()), true, random, 255));
            } else {
                tensors.put(scale, scale(scales.shapeFor(spec.shape()), powersOfTwo || packed, random, 124));
            }
            tensors.put(
                    spec.name(),
                    packed
                            ? new Raw("I8", BlockScales.packed(spec.shape()), codes)
                            : new Raw("F8_E4M3", spec.shape(), codes));
        }
        WeightEdits.write(folder.resolve("model.safetensors"), tensors);
        return folder;
    }

    private static Raw scale(List<Long> shape, boolean powerOfTwo, Random random, int largest) {
        int count = (int) (shape.get(0) * shape.get(1));
        java.nio.ByteBuffer bytes =
                java.nio.ByteBuffer.allocate(powerOfTwo ? count : 4 * count).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (powerOfTwo) {
                bytes.put((byte) (largest - (largest == 255 ? 0 : random.nextInt(3))));
            } else {
                bytes.putFloat(0.05f + 0.2f * random.nextFloat());
            }
        }
        return new Raw(powerOfTwo ? "F8_E8M0" : "F32", shape, bytes.array());
    }

    private static float[] logits(Path folder, String weights, ComputeType type) {
        Checkpoint checkpoint = Checkpoint.withoutTokenizer(folder);
        InferenceOptions options = InferenceOptions.DEFAULT.withWeights(weights).withDtype(type.toString());
        KernelPath kernels = LanguageModels.startEngine(checkpoint, options);
        try (TorchProgram program = TorchProgram.load(checkpoint, options, kernels)) {
            int vocabulary = checkpoint.config().vocabulary();
            long[] ids =
                    Arrays.stream(Tiny.tokens(40, 3)).map(id -> id % vocabulary).toArray();
            return program.trace(new long[][] {ids}, true).logits();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theNumbersAreThoseOfExpandedWeights(boolean powersOfTwo) throws IOException {
        Path folder = compressed(powersOfTwo, false);
        for (ComputeType type : ComputeType.values()) {
            float[] expanded = logits(folder, "expanded", type);
            assertThat(logits(folder, "stored", type)).isEqualTo(expanded);
            assertThat(expanded).doesNotContain(Float.NaN);
        }
        Checkpoint checkpoint = Checkpoint.open(folder);
        assertThat(bytes(checkpoint, true)).isLessThan(bytes(checkpoint, false) * 2 / 3);
    }

    private static long bytes(Checkpoint checkpoint, boolean stored) {
        return checkpoint.program().tensors().stream()
                .mapToLong(spec -> checkpoint.heldBytes(spec, ComputeType.FLOAT32, stored))
                .sum();
    }

    @Test
    void thoseOfThePublishedStorageAreTheSame() {
        Path folder = SharedInputs.require("models/deepseek-v4-fp4");
        assertThat(logits(folder, "stored", ComputeType.FLOAT32))
                .isEqualTo(logits(folder, "expanded", ComputeType.FLOAT32));
    }

    @Test
    void whatIsNotFiniteIsNamedInBothForms() throws IOException {
        Path folder = compressed(true, true);
        for (String weights : List.of("stored", "expanded")) {
            assertThatThrownBy(() -> logits(folder, weights, ComputeType.FLOAT32))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("layers.1.ffn.experts.3.w2.weight")
                    .hasMessageContaining("not finite");
        }
    }

    @Test
    void refusesAnotherWord() {
        assertThatThrownBy(() -> LanguageModels.open(
                        Families.folder("llama", "none"), InferenceOptions.DEFAULT.withWeights("packed")))
                .isInstanceOf(InputException.class)
                .hasMessage("weights is \"packed\", expected expanded or stored.");
    }
}
