package mhc.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Request;
import mhc.model.InferenceOptions;
import mhc.model.LanguageModel;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.TensorSpec;
import mhc.model.engine.LanguageModels;
import mhc.model.engine.Tiny;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    private static Path withConfig(String residual, Consumer<ObjectNode> change) throws IOException {
        Path folder = Tiny.copy(residual);
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonFields.object(file);
        change.accept(config);
        JsonFields.JSON.writeValue(file.toFile(), config);
        return folder;
    }

    private static void assertRefused(Path folder, String... parts) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
    void namesTheFileThatIsMissing(String name) throws IOException {
        Path folder = Tiny.copy("mhc");
        Files.delete(folder.resolve(name));
        String said = name.equals("model.safetensors") ? "*.safetensors" : name;
        assertRefused(folder, folder.toString(), "has no " + said, "copy the checkpoint's");
    }

    @Test
    void namesAFolderThatIsMissing() {
        assertRefused(Path.of("nowhere"), "Model folder nowhere does not exist");
    }

    @Test
    void tellsAllProblemsOfAConfigurationAtOnce() throws IOException {
        Path folder = withConfig("mhc", config -> {
            config.put("hidden_act", "relu").put("residual", "mega").put("hidden_size", -3);
            config.putObject("rope_scaling").put("rope_type", "dynamic");
            config.remove("vocab_size");
        });
        assertRefused(
                folder,
                "hidden_act is \"relu\"",
                "residual is \"mega\", supported: none, hc, mhc",
                "hidden_size is -3",
                "rope_type is \"dynamic\"",
                "vocab_size is absent");
    }

    @Test
    void saysNothingOfTheFieldsOfAnUnknownArchitecture() throws IOException {
        Path folder = withConfig("none", config -> {
            config.putArray("architectures").add("GPT2LMHeadModel");
            config.remove(List.of("hidden_size", "vocab_size", "num_hidden_layers", "max_position_embeddings"));
        });
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1)
                .contains("architectures is GPT2LMHeadModel, supported: LlamaForCausalLM");
    }

    @Test
    void readsNoPartOfAModelOfImagesAndText() throws IOException {
        Path folder = withConfig("none", config -> {
            config.putArray("architectures").add("Gemma3ForConditionalGeneration");
            config.putObject("text_config").put("hidden_size", 32);
            config.putObject("vision_config").put("hidden_size", 16);
        });
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1)
                .contains("architectures is Gemma3ForConditionalGeneration, supported: LlamaForCausalLM")
                .contains("Gemma3ForCausalLM")
                .endsWith("; of a model of images and text, save the language model by itself.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hc_mode | two-pass | hc_mode is \"two-pass\", supported: standard, single-pass",
                "hc_collapse | max | hc_collapse is \"max\", supported: head, mean, sum",
                "hc_sinkhorn_iters | none | hc_sinkhorn_iters is \"none\""
            })
    void refusesWhatItDoesNotKnowByName(String key, String value, String sentence) throws IOException {
        assertRefused(withConfig("mhc", config -> config.put(key, value)), sentence);
    }

    /** Folders as such code leaves them: its configuration, and weights under its names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"n_layer\":36,\"n_head\":20,\"n_embd\":1280,\"block_size\":1024,\"vocab_size\":50304,\"bias\":false} |"
                        + " transformer.wte.weight | configuration of nanoGPT | evaluate it with the code that trained it",
                "{\"model\":{\"d_model\":1024,\"n_layers\":24,\"vocab_size\":100352,\"block\":{\"name\":\"default\"}}} |"
                        + " blocks.0.attention.w_q.weight | configuration of OLMo-core | under the names of a family",
                "{\"d_model\":1024,\"n_layers\":24,\"vocab_size\":100352,\"block\":{}} |"
                        + " blocks.0.attention.w_q.weight | configuration of OLMo-core | is not documented"
            })
    void refusesCheckpointsOfOtherCodeByName(
            String config, String tensor, String code, String remedy, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        SafeTensorsWriter.write(
                folder.resolve("model.safetensors"),
                List.of(new SafeTensorsWriter.Named(
                        new TensorSpec(tensor, List.of(2L, 2L), TensorSpec.Kind.COMPUTE, List.of()), new float[4])));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(InputException.class)
                .message()
                .hasLineCount(1)
                .contains(code, remedy);
    }

    @Test
    void refusesWeightsThatDoNotFitTheConfiguration() throws IOException {
        assertRefused(
                withConfig("mhc", config -> config.put("intermediate_size", 96)),
                "tensor model.layers.0.mlp.gate_proj.weight in model.safetensors has shape [128, 64], expected [96, 64]",
                "more");
        assertRefused(
                withConfig("mhc", config -> config.put("residual", "none")),
                "model.layers.0.attn_hc.base has no place");
        assertRefused(
                withConfig("none", config -> config.put("residual", "hc").put("hc_mult", 4)),
                "model.layers.0.attn_hc.fn is absent");
    }

    @Test
    void refusesAConfigurationThatIsNotJson() throws IOException {
        Path folder = Tiny.copy("none");
        Files.writeString(folder.resolve("config.json"), "{\n\"hidden_size\": }");
        assertRefused(folder, "config.json is not valid JSON (line 2");
    }

    @Test
    void refusesATokenizerThatCannotBeLoaded() throws IOException {
        Path folder = Tiny.copy("none");
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {}}");
        assertThatThrownBy(() -> LanguageModels.open(folder, InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("tokenizer.json is not a tokenizer");
    }

    @ParameterizedTest
    @CsvSource({"dtype,float64", "kernels,fast", "device,tpu", "device,cuda:99"})
    void refusesOptionsByName(String option, String value) {
        InferenceOptions given = InferenceOptions.DEFAULT;
        InferenceOptions options =
                switch (option) {
                    case "device" -> given.withDevice(value);
                    case "dtype" -> given.withDtype(value);
                    default -> given.withKernels(value);
                };
        assertThatThrownBy(() -> LanguageModels.open(Tiny.folder("mhc"), options))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(value);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesWeightsThatAreNotFiniteByName(float value) {
        Path folder = Tiny.copy("mhc");
        String name = "model.layers.2.mlp.up_proj.weight";
        Tiny.rewrite(folder, values -> values[17] = value, name);
        assertThatThrownBy(() -> LanguageModels.open(folder, InferenceOptions.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Tensor " + name)
                .hasMessageContaining("not finite");
    }

    @Test
    void aSumThatOverflowsIsNotAWeightThatIsNotFinite() {
        Path folder = Tiny.copy("none");
        Tiny.rewrite(folder, values -> java.util.Arrays.fill(values, 0, 64, 3e38f), "model.embed_tokens.weight");
        LanguageModels.open(folder, InferenceOptions.DEFAULT).close();
    }

    @Test
    void fingerprintsFollowEveryByte() throws IOException {
        Path folder = Tiny.copy("mhc");
        String before = Checkpoint.open(folder).fingerprint();
        assertThat(before).isEqualTo(Checkpoint.open(Tiny.folder("mhc")).fingerprint());
        Tiny.rewrite(folder, values -> values[0] = Math.nextUp(values[0]), "model.norm.weight");
        assertThat(Checkpoint.open(folder).fingerprint()).isNotEqualTo(before);
        Path other = Tiny.copy("mhc");
        Files.writeString(other.resolve("tokenizer_config.json"), "{}");
        assertThat(Checkpoint.open(other).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void tinyCheckpointsAreTheSameOnEveryMachine() {
        assertThat(List.of("none", "hc", "mhc"))
                .extracting(residual -> Checkpoint.open(Tiny.folder(residual)).fingerprint())
                .containsExactly(
                        "7fc7427e47b86bf6acae4ed37eeff591350adf303e3874d9afb94226d0e2b253",
                        "afe63938b26ca1f7f7abef47aecb2c29cd0276338989d5364403b67c1722551d",
                        "614f29020eb779ef4fd42639005222448d5a30b6301f8aeb686e81a8be1d3030");
    }

    private static double[] likelihoods(Path folder) {
        try (LanguageModel model = LanguageModels.open(folder, InferenceOptions.DEFAULT)) {
            Answer answer = Tiny.answers(model, List.of(new Request.Choice("The answer", List.of(" is", " was"))))
                    .get(0);
            return Tiny.likelihoods(answer);
        }
    }

    /**
     * A matrix product may round by where its weights lie in their file, so equal weights give nearly equal numbers.
     */
    private static void assertEqualWeights(Path folder, Path expected) {
        assertThat(likelihoods(folder)).usingComparatorWithPrecision(1e-5).containsExactly(likelihoods(expected));
    }

    /** Splits the weights of a copy into two files, written as {@code type} where that is allowed. */
    private static Path sharded(SafeTensors.Type type) throws IOException {
        Path folder = Tiny.copy("mhc");
        SafeTensors whole = SafeTensors.open(folder.resolve("model.safetensors"));
        ObjectNode index = JsonFields.JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        for (int shard = 0; shard < 2; shard++) {
            String name = "model-0000" + (shard + 1) + "-of-00002.safetensors";
            ObjectNode header = JsonFields.JSON.createObjectNode();
            List<byte[]> data = new ArrayList<>();
            long offset = 0;
            for (SafeTensors.Tensor tensor : whole.tensors().values()) {
                if (tensor.name().contains(".mlp.") == (shard == 0)) {
                    boolean half =
                            type != SafeTensors.Type.F32 && !tensor.name().contains("hc");
                    byte[] bytes = converted(whole.map(tensor), half ? type : SafeTensors.Type.F32);
                    ObjectNode entry = header.putObject(tensor.name()).put("dtype", half ? type.name() : "F32");
                    tensor.shape().forEach(entry.putArray("shape")::add);
                    entry.putArray("data_offsets").add(offset).add(offset + bytes.length);
                    offset += bytes.length;
                    data.add(bytes);
                    map.put(tensor.name(), name);
                }
            }
            byte[] json = header.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            ByteBuffer out = ByteBuffer.allocate(8 + json.length + (int) offset).order(ByteOrder.LITTLE_ENDIAN);
            out.putLong(json.length).put(json);
            data.forEach(out::put);
            Files.write(folder.resolve(name), out.array());
        }
        JsonFields.JSON.writeValue(
                folder.resolve("model.safetensors.index.json").toFile(), index);
        Files.delete(folder.resolve("model.safetensors"));
        return folder;
    }

    /** Cuts float32 numbers to bfloat16 (by their upper half), or leaves them. */
    private static byte[] converted(ByteBuffer values, SafeTensors.Type type) {
        ByteBuffer out =
                ByteBuffer.allocate(values.remaining() / 4 * type.bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            int bits = values.getInt();
            if (type == SafeTensors.Type.BF16) {
                out.putShort((short) (bits >>> 16));
            } else {
                out.putInt(bits);
            }
        }
        return out.array();
    }

    @Test
    void shardsAreOneModel() throws IOException {
        Path folder = sharded(SafeTensors.Type.F32);
        assertEqualWeights(folder, Tiny.folder("mhc"));
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
        assertRefused(folder, "has no model-00002-of-00002.safetensors, which its model.safetensors.index.json names");
    }

    @Test
    void bfloat16WeightsAreWidenedExactly() throws IOException {
        Path truncated = Tiny.copy("mhc");
        SafeTensors.open(truncated.resolve("model.safetensors")).tensors().keySet().stream()
                .filter(name -> !name.contains("hc"))
                .forEach(name -> Tiny.rewrite(
                        truncated,
                        values -> {
                            for (int i = 0; i < values.length; i++) {
                                values[i] = Float.intBitsToFloat(Float.floatToRawIntBits(values[i]) & 0xFFFF0000);
                            }
                        },
                        name));
        assertEqualWeights(sharded(SafeTensors.Type.BF16), truncated);
    }
}
