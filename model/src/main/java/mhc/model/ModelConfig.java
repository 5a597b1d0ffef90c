package mhc.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import mhc.datasets.InputException;

/**
 * What {@code config.json} says, checked as a whole: the decoder as a composition of parts.
 *
 * @param architecture as named in the file
 * @param hidden width of the residual stream (C)
 * @param vocabulary rows of the embedding (V)
 * @param maxLength most tokens of one sequence
 * @param normEps inside every root mean square
 * @param tiedEmbeddings whether the embedding is the output projection as well
 * @param firstToken beginning-of-text id, if the file names one
 * @param endTokens end-of-text ids; may be empty
 */
record ModelConfig(
        String architecture,
        int hidden,
        int layers,
        int vocabulary,
        int maxLength,
        double normEps,
        boolean tiedEmbeddings,
        Attention attention,
        FeedForward feedForward,
        Residual residual,
        Rope rope,
        OptionalInt firstToken,
        List<Integer> endTokens) {

    private static final String LLAMA = "LlamaForCausalLM";

    ModelConfig {
        endTokens = List.copyOf(endTokens);
    }

    /**
     * Reads and checks a {@code config.json}.
     *
     * @throws InputException naming every problem of the file, one per line
     */
    static ModelConfig read(Path file) {
        JsonFields fields = JsonFields.read(file);
        ModelConfig config = read(fields);
        fields.throwIfWrong();
        return config;
    }

    private static ModelConfig read(JsonFields fields) {
        String architecture = architecture(fields);
        fields.refuse(
                "quantization_config", "quantised weights are not supported; give float32, float16 or bfloat16 ones");
        fields.refuse("sliding_window", "sliding-window attention is not supported");
        fields.choice("hidden_act", "silu", "silu");

        int hidden = fields.positive("hidden_size");
        int heads = fields.positive("num_attention_heads");
        int pairs = fields.positive("num_key_value_heads", heads);
        if (heads % pairs != 0) {
            fields.problem("num_attention_heads is " + heads + ", not a multiple of num_key_value_heads " + pairs);
        }
        int headWidth = fields.positive("head_dim", Math.max(1, hidden / heads));
        if (headWidth % 2 != 0) {
            fields.problem("head_dim is " + headWidth + ", expected an even number");
        }
        int vocabulary = fields.positive("vocab_size");
        if (vocabulary < 2) {
            fields.problem("vocab_size is " + vocabulary + ", expected at least 2");
        }
        int maxLength = fields.positive("max_position_embeddings");
        double normEps = fields.positiveNumber("rms_norm_eps", 1e-6);
        return new ModelConfig(
                architecture,
                hidden,
                fields.positive("num_hidden_layers"),
                vocabulary,
                maxLength,
                normEps,
                fields.flag("tie_word_embeddings", false),
                new GroupedQueryAttention(hidden, heads, pairs, headWidth, fields.flag("attention_bias", false)),
                new GatedFeedForward(hidden, fields.positive("intermediate_size"), fields.flag("mlp_bias", false)),
                residual(fields, hidden, normEps),
                Rope.read(fields),
                fields.tokens("bos_token_id").stream().mapToInt(i -> i).findFirst(),
                fields.tokens("eos_token_id"));
    }

    private static String architecture(JsonFields fields) {
        JsonNode names = fields.node("architectures");
        String name = names.isArray() && names.size() == 1 ? names.get(0).asText() : names.toString();
        if (!name.equals(LLAMA)) {
            fields.problem("architectures is " + (names.isMissingNode() ? "absent" : name) + ", supported: " + LLAMA);
        }
        return name;
    }

    private static Residual residual(JsonFields fields, int hidden, double normEps) {
        String kind = fields.choice("residual", "none", "none", "hc", "mhc");
        if (kind.equals("none")) {
            return new PlainResidual();
        }
        boolean constrained = kind.equals("mhc");
        fields.choice("hc_mode", "standard", "standard");
        if (!fields.flag("hc_dynamic", true)) {
            fields.problem("hc_dynamic is false: static hyper-connections are not supported");
        }
        String collapse = constrained
                ? fields.choice("hc_collapse", "head", "head", "mean", "sum")
                : fields.choice("hc_collapse", "sum", "mean", "sum");
        return new HyperResidual(
                constrained,
                hidden,
                fields.positive("hc_mult"),
                constrained ? fields.positive("hc_sinkhorn_iters", 20) : 1,
                constrained ? fields.notNegativeNumber("hc_eps", 1e-6) : 0,
                normEps,
                HyperResidual.Collapse.valueOf(collapse.toUpperCase(java.util.Locale.ROOT)));
    }

    /** Bytes of keys and values that one token leaves in the cache, at four bytes a number. */
    long cacheBytesPerToken() {
        long numbers = attention.entries().stream()
                .mapToLong(entry -> (long) entry.heads() * entry.width())
                .sum();
        return numbers * layers * Float.BYTES;
    }
}
