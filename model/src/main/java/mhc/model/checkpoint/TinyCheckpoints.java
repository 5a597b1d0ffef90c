package mhc.model.checkpoint;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mhc.datasets.InputException;
import mhc.model.decoder.JsonFields;
import mhc.model.decoder.ModelConfig;
import mhc.model.decoder.Program;
import mhc.model.decoder.TensorSpec;

/**
 * Small untrained checkpoints made from a seed, the same on every machine: what a first run and the tests need where no
 * real checkpoint is at hand. Scores are near chance; every part of the model matters to them.
 */
public final class TinyCheckpoints {
    private static final String END_OF_TEXT = "<|endoftext|>";
    private static final double GAIN = 1.4;
    private static final float[] SCALE = {0.7f, 0.9f, 1.3f};
    /** Length of the output row of the end-of-text token, relative to the others: texts end by themselves, soon. */
    private static final float END_GAIN = 2.5f;

    private TinyCheckpoints() {}

    /**
     * Writes {@code config.json}, {@code model.safetensors}, {@code tokenizer.json} and {@code tokenizer_config.json}.
     * The weights that two residual kinds share are equal for equal seeds.
     *
     * @param residual {@code none}, {@code hc} or {@code mhc}
     * @throws InputException for another residual kind
     */
    public static void write(Path folder, String residual, long seed) {
        write(folder, config(residual, TokenizerJson.ofCurriculum().size()), seed);
    }

    /** The same for any configuration whose vocabulary is large enough for the curriculum's tokenizer. */
    public static void write(Path folder, ObjectNode config, long seed) {
        TokenizerJson tokenizer = TokenizerJson.ofCurriculum();
        int end = tokenizer.id(END_OF_TEXT);
        try {
            Files.createDirectories(folder);
            write(folder.resolve("config.json"), config);
            ModelConfig checked = ModelConfig.read(folder.resolve("config.json"));
            List<SafeTensorsWriter.Named> weights = new ArrayList<>();
            Program.of(checked).tensors().stream()
                    .skip(Program.FREQUENCIES + 1)
                    .forEach(spec -> weights.add(new SafeTensorsWriter.Named(spec, values(spec, seed, end))));
            SafeTensorsWriter.write(folder.resolve("model.safetensors"), weights);
            Files.writeString(folder.resolve("tokenizer.json"), tokenizer.text());
            write(
                    folder.resolve("tokenizer_config.json"),
                    JsonFields.JSON
                            .createObjectNode()
                            .put("tokenizer_class", "PreTrainedTokenizerFast")
                            .put("bos_token", END_OF_TEXT)
                            .put("eos_token", END_OF_TEXT));
        } catch (IOException e) {
            throw new UncheckedIOException("Writing a checkpoint to " + folder + " failed", e);
        }
    }

    private static ObjectNode config(String residual, int vocabulary) {
        ObjectNode config = JsonFields.JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama")
                .put("vocab_size", vocabulary)
                .put("hidden_size", 64)
                .put("intermediate_size", 128)
                .put("num_hidden_layers", 3)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 2)
                .put("head_dim", 16)
                .put("hidden_act", "silu")
                .put("max_position_embeddings", 4096)
                .put("rms_norm_eps", 1e-6)
                .put("rope_theta", 10000.0)
                .put("tie_word_embeddings", false)
                .put("bos_token_id", 0)
                .put("eos_token_id", 0)
                .put("residual", residual)
                .put("note", "untrained weights");
        if (!residual.equals("none")) {
            config.put("hc_mult", 4);
        }
        if (residual.equals("mhc")) {
            config.put("hc_sinkhorn_iters", 20).put("hc_eps", 1e-6);
        }
        return config;
    }

    /** Values large enough for sharp attention and sharp, asymmetric stream matrices; a stream of its own per name. */
    private static float[] values(TensorSpec spec, long seed, int end) {
        Random random = new Random(31 * seed + spec.name().hashCode());
        float[] values = new float[(int) spec.elements()];
        String name = spec.name();
        for (int i = 0; i < values.length; i++) {
            if (spec.kind() == TensorSpec.Kind.INDEX) {
                // Experts of a token, each once; that there are so many is all that is known of them here.
                int chosen = spec.shape().get(1).intValue();
                values[i] = (i / chosen + i) % chosen;
            } else if (name.endsWith("scale")) {
                values[i] = SCALE[i];
            } else if (name.endsWith("fn")) {
                values[i] = (float) (0.08 * random.nextGaussian());
            } else if (name.endsWith("base")) {
                values[i] = (float) (0.8 * random.nextGaussian());
            } else if (name.endsWith("norm.weight")) {
                float factor = 0.6f + 0.8f * random.nextFloat();
                values[i] = spec.kind() == TensorSpec.Kind.ABOVE_ONE ? factor - 1 : factor;
            } else {
                long inputs = spec.shape().get(spec.shape().size() - 1);
                values[i] = (float) (GAIN / Math.sqrt(inputs) * random.nextGaussian());
            }
        }
        if (name.equals("lm_head.weight")) {
            int hidden = spec.shape().get(1).intValue();
            for (int i = 0; i < hidden; i++) {
                values[end * hidden + i] *= END_GAIN;
            }
        }
        return values;
    }

    private static void write(Path file, JsonNode json) throws IOException {
        // Line ends are the same everywhere, so that fingerprints are.
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        JsonFields.JSON.writer(printer).writeValue(file.toFile(), json);
    }
}
