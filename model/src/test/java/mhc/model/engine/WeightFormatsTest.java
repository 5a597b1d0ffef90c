package mhc.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import mhc.datasets.InputException;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.Checkpoint;
import mhc.model.checkpoint.SafeTensors;
import mhc.model.checkpoint.WeightEdits;
import mhc.model.checkpoint.WeightEdits.Raw;
import mhc.model.decoder.ComputeType;
import mhc.model.decoder.JsonFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same model under other names, in other types and in several files. */
class WeightFormatsTest {
    private static final long[][] IDS = {Tiny.tokens(17, 3)};

    private static Path copy(String family, String residual) throws IOException {
        return Families.write(Families.config(family, residual));
    }

    private static Map<String, Raw> read(Path folder) {
        SafeTensors file = SafeTensors.open(folder.resolve("model.safetensors"));
        Map<String, Raw> tensors = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> {
            byte[] bytes = new byte[(int) tensor.bytes()];
            file.map(tensor).get(bytes);
            tensors.put(name, new Raw(tensor.type().name(), tensor.shape(), bytes));
        });
        return tensors;
    }

    /** Rewrites the weights of a folder; a tensor becomes those that a change makes of it. */
    private static void rewrite(Path folder, BiFunction<String, Raw, Map<String, Raw>> change) throws IOException {
        Map<String, Raw> changed = new LinkedHashMap<>();
        read(folder).forEach((name, tensor) -> changed.putAll(change.apply(name, tensor)));
        WeightEdits.write(folder.resolve("model.safetensors"), changed);
    }

    private static float[] floats(Raw tensor) {
        float[] values = new float[tensor.bytes().length / Float.BYTES];
        ByteBuffer.wrap(tensor.bytes())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    private static Raw withFloats(Raw tensor, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Raw("F32", tensor.shape(), bytes.array());
    }

    private static Raw bfloat16(Raw tensor) {
        float[] values = floats(tensor);
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
        }
        return new Raw("BF16", tensor.shape(), bytes.array());
    }

    private static Raw cutToBfloat16(Raw tensor) {
        float[] values = floats(tensor);
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
        }
        return withFloats(tensor, values);
    }

    private static float[] logits(Path folder) {
        return logits(folder, ComputeType.FLOAT32);
    }

    private static float[] logits(Path folder, ComputeType type) {
        Torch.start(1);
        try (TorchProgram program = Tiny.load(Checkpoint.open(folder), type)) {
            return program.trace(IDS, true).logits();
        }
    }

    /** A matrix product may round by where its weights lie in their file, so equal weights give nearly equal logits. */
    private static void assertEqualWeights(float[] logits, float[] expected) {
        assertThat(logits).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
    }

    private static void assertRefused(Path folder, String... parts) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts)
                .extracting(e -> e.getMessage().lines().count())
                .isEqualTo(1L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "model."})
    void streamsLoadUnderTheNamesThatWerePublished(String first) throws IOException {
        for (String residual : List.of("hc", "mhc")) {
            Path folder = copy("qwen3", residual);
            float[] expected = logits(folder);
            rewrite(folder, (name, tensor) -> {
                String published = name.replaceAll("^model\\.(layers\\.[0-9]+\\.)(attn|ffn)_hc\\.", first + "$1hc_$2_")
                        .replaceAll("^model\\.hc_head\\.hc_", first + "hc_head_");
                return Map.of(published, tensor);
            });
            assertThat(read(folder)).containsKey(first + "layers.1.hc_ffn_scale");
            assertEqualWeights(logits(folder), expected);
        }
    }

    @Test
    void refusesATensorUnderTwoNames() throws IOException {
        Path folder = copy("qwen3", "mhc");
        rewrite(
                folder,
                (name, tensor) -> name.equals("model.layers.1.attn_hc.scale")
                        ? Map.of(name, tensor, "layers.1.hc_attn_scale", tensor)
                        : Map.of(name, tensor));
        assertRefused(folder, "under several names, model.layers.1.attn_hc.scale and layers.1.hc_attn_scale");
    }

    @Test
    void streamWeightsOfAHalfTypeAreWidened() throws IOException {
        Path folder = copy("qwen3", "mhc");
        rewrite(folder, (name, tensor) -> Map.of(name, name.contains("hc") ? cutToBfloat16(tensor) : tensor));
        float[] expected = logits(folder);
        rewrite(folder, (name, tensor) -> Map.of(name, name.contains("hc") ? bfloat16(tensor) : tensor));
        assertEqualWeights(logits(folder), expected);
    }

    @Test
    void everyTypeGivesTheSameInBfloat16() throws IOException {
        Path folder = copy("deepseek-grouped", "mhc");
        rewrite(folder, (name, tensor) -> Map.of(name, cutToBfloat16(tensor)));
        float[] expected = logits(folder, ComputeType.BFLOAT16);
        float[] full = logits(folder);
        rewrite(folder, (name, tensor) -> Map.of(name, name.contains("hc") ? tensor : bfloat16(tensor)));
        assertThat(logits(folder, ComputeType.BFLOAT16)).isEqualTo(expected);
        assertEqualWeights(logits(folder), full);
        assertThat(expected).isNotEqualTo(full);
    }

    /** Numbers of E4M3 that are easy to write down: a sign, an exponent, no mantissa. */
    private static Raw powersOfTwo(Raw tensor, byte[] codes) {
        return new Raw("F8_E4M3", tensor.shape(), codes);
    }

    @Test
    void eightBitWeightsAreScaledByBlocks() throws IOException {
        Path folder = copy("qwen3", "none");
        Map<String, Raw> plain = new LinkedHashMap<>();
        Map<String, Raw> small = new LinkedHashMap<>();
        read(folder).forEach((name, tensor) -> {
            if (!name.endsWith("_proj.weight")) {
                plain.put(name, tensor);
                small.put(name, tensor);
                return;
            }
            int rows = tensor.shape().get(0).intValue();
            int columns = tensor.shape().get(1).intValue();
            int across = (columns + 31) / 32;
            float[] scales = new float[(rows + 15) / 16 * across];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = 0.01f * (1 + i % 7);
            }
            byte[] codes = new byte[rows * columns];
            float[] values = new float[rows * columns];
            for (int i = 0; i < codes.length; i++) {
                int exponent = 5 + i % 4;
                boolean negative = i * 31 % 3 == 0;
                codes[i] = (byte) ((negative ? 0x80 : 0) | exponent << 3);
                values[i] = (negative ? -1 : 1)
                        * (float) Math.pow(2, exponent - 7)
                        * scales[i / columns / 16 * across + i % columns / 32];
            }
            plain.put(name, withFloats(tensor, values));
            small.put(name, powersOfTwo(tensor, codes));
            small.put(
                    name + "_scale_inv",
                    withFloats(new Raw("F32", List.of((rows + 15) / 16L, (long) across), new byte[0]), scales));
        });
        WeightEdits.write(folder.resolve("model.safetensors"), plain);
        float[] expected = logits(folder);
        WeightEdits.write(folder.resolve("model.safetensors"), small);
        assertRefused(folder, "has type F8_E4M3", "quantization_config.weight_block_size");

        WeightEdits.config(folder, config -> config.putObject("quantization_config")
                .put("quant_method", "fp8")
                .put("fmt", "e4m3")
                .putArray("weight_block_size")
                .add(16)
                .add(32));
        assertEqualWeights(logits(folder), expected);

        small.remove("model.layers.1.mlp.up_proj.weight_scale_inv");
        WeightEdits.write(folder.resolve("model.safetensors"), small);
        assertRefused(folder, "tensor model.layers.1.mlp.up_proj.weight_scale_inv is absent, expected shape [5, 2]");
    }

    @Test
    void refusesOtherQuantisationByName() throws IOException {
        Path folder = copy("qwen3", "none");
        WeightEdits.config(
                folder, config -> config.putObject("quantization_config").put("quant_method", "awq"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("quantization_config.quant_method is \"awq\", supported: fp8");
    }

    @Test
    void refusesATensorThatStandsInTwoFiles() throws IOException {
        Path folder = copy("qwen3", "none");
        Map<String, Raw> tensors = read(folder);
        Map<String, Raw> first = new LinkedHashMap<>(tensors);
        Map<String, Raw> second = new LinkedHashMap<>();
        first.remove("model.norm.weight");
        second.put("model.norm.weight", tensors.get("model.norm.weight"));
        second.put("lm_head.weight", tensors.get("lm_head.weight"));
        WeightEdits.write(folder.resolve("model-00001-of-00002.safetensors"), first);
        WeightEdits.write(folder.resolve("model-00002-of-00002.safetensors"), second);
        ObjectNode map = JsonFields.JSON.createObjectNode();
        first.keySet().forEach(name -> map.put(name, "model-00001-of-00002.safetensors"));
        map.put("model.norm.weight", "model-00002-of-00002.safetensors");
        JsonFields.JSON.writeValue(
                folder.resolve("model.safetensors.index.json").toFile(),
                JsonFields.JSON.createObjectNode().set("weight_map", map));
        Files.delete(folder.resolve("model.safetensors"));
        assertRefused(
                folder,
                "Tensor lm_head.weight stands in model-00001-of-00002.safetensors and in"
                        + " model-00002-of-00002.safetensors");
    }

    @Test
    void layersThatPredictFurtherAheadAreLeftOut() throws IOException {
        Path folder = copy("deepseek-grouped", "mhc");
        float[] expected = logits(folder);
        rewrite(folder, (name, tensor) -> {
            Map<String, Raw> both = new LinkedHashMap<>(Map.of(name, tensor));
            if (name.startsWith("model.layers.2.")) {
                both.put(name.replace("layers.2.", "layers.3."), tensor);
            }
            return both;
        });
        assertRefused(folder, "tensor model.layers.3.", "has no place");
        WeightEdits.config(folder, config -> config.put("num_nextn_predict_layers", 1));
        assertEqualWeights(logits(folder), expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.layers.1.mlp.experts.7.up_proj.weight",
                "model.layers.2.attn_hc.base",
                "model.layers.0.self_attn.kv_a_layernorm.weight"
            })
    void weightsThatAreNotFiniteAreNamedWithTheirFile(String tensor) throws IOException {
        Path folder = copy("deepseek-grouped", "mhc");
        WeightEdits.change(folder, (name, values) -> {
            if (name.equals(tensor)) {
                values[3] = Float.NaN;
            }
        });
        for (ComputeType type : ComputeType.values()) {
            assertThatThrownBy(() -> logits(folder, type))
                    .isInstanceOf(InputException.class)
                    .hasMessageContainingAll(tensor, "model.safetensors", "not finite");
        }
    }

    @Test
    void refusesATokenizerWithMoreTokensThanTheEmbeddingHasRows() throws IOException {
        Path folder = Families.write(Families.config("qwen2", "none").put("vocab_size", 200));
        assertThatThrownBy(() -> LanguageModels.open(folder, InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("tokenizer.json has a token with id", "the embedding has 200 rows");
    }

    @Test
    void anUntiedHeadBesideTiedEmbeddingsIsNotRead() throws IOException {
        Path folder = copy("qwen2", "none");
        float[] expected = logits(folder);
        rewrite(folder, (name, tensor) -> {
            List<String> names = new ArrayList<>(List.of(name));
            if (name.equals("model.embed_tokens.weight")) {
                names.add("lm_head.weight");
            }
            Map<String, Raw> both = new LinkedHashMap<>();
            names.forEach(each -> both.put(each, tensor));
            return both;
        });
        assertThat(logits(folder)).containsExactly(expected, within(0f));
    }
}
