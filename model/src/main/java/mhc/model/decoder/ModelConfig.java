package mhc.model.decoder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import mhc.datasets.InputException;

/**
 * What {@code config.json} says, checked as a whole: the decoder as a composition of parts.
 *
 * @param architecture as named in the file
 * @param hidden width of the residual stream (C)
 * @param predictionLayers further layers that predict more than one token ahead; their weights are ignored
 * @param vocabulary rows of the embedding (V)
 * @param maxLength most tokens of one sequence
 * @param normEps inside every root mean square
 * @param tiedEmbeddings whether the embedding is the output projection as well
 * @param scales of 8-bit weights, if there are such
 * @param embeddingFactor on embeddings, rounded to the compute type
 * @param logitCap what bounds logits: cap * tanh(logit / cap)
 * @param firstToken beginning-of-text id, if the file names one
 * @param endTokens end-of-text ids; may be empty
 */
public record ModelConfig(
        String architecture,
        int hidden,
        int layers,
        int predictionLayers,
        int vocabulary,
        int maxLength,
        double normEps,
        boolean tiedEmbeddings,
        double embeddingFactor,
        OptionalDouble logitCap,
        LayerNorms norms,
        Attention attention,
        FeedForward feedForward,
        Residual residual,
        Rope rope,
        Optional<BlockScales> scales,
        OptionalInt firstToken,
        List<Integer> endTokens) {

    /** A bound on what is laid out before any weight is seen. */
    static final int MOST_LAYERS = 4096;

    private static final int MOST_STREAMS = 64;

    public ModelConfig {
        endTokens = List.copyOf(endTokens);
    }

    /**
     * Reads and checks a {@code config.json}.
     *
     * @throws InputException naming every problem of the file, one per line, or the unknown architecture alone
     */
    public static ModelConfig read(Path file) {
        return checked(JsonFields.read(file));
    }

    /** The same of one that a program put together. */
    public static ModelConfig of(ObjectNode json) {
        return checked(JsonFields.of(json));
    }

    private static ModelConfig checked(JsonFields fields) {
        ModelConfig config = read(fields);
        fields.throwIfWrong();
        return config;
    }

    private static ModelConfig read(JsonFields fields) {
        if (fields.absent("architectures")) {
            ForeignCode.refusal(fields).ifPresent(reason -> {
                throw fields.wrong(reason);
            });
        }
        String named = fields.node("architectures").isArray()
                        && fields.node("architectures").size() == 1
                ? fields.node("architectures").get(0).asText()
                : fields.node("architectures").toString();
        // Another architecture has other fields: what is wrong with them is not for this reader to say.
        Architecture family = Architecture.of(named)
                .orElseThrow(() -> fields.wrong("architectures is " + (named.isEmpty() ? "absent" : named)
                        + ", supported: " + Architecture.known() + remedy(fields)));
        int hidden = fields.positive("hidden_size");
        int vocabulary = fields.positive("vocab_size");
        if (vocabulary < 2) {
            fields.problem("vocab_size is " + vocabulary + ", expected at least 2");
        }
        int maxLength = fields.positive("max_position_embeddings");
        int layers = fields.positive("num_hidden_layers");
        fields.requireAtMost("num_hidden_layers", layers, MOST_LAYERS);
        double normEps = fields.positiveNumber("rms_norm_eps", 1e-6);
        Rope rope = family.rope(fields, maxLength);
        return new ModelConfig(
                named,
                hidden,
                layers,
                fields.notNegative("num_nextn_predict_layers", fields.notNegative("num_mtp_layers", 0)),
                vocabulary,
                maxLength,
                normEps,
                fields.flag("tie_word_embeddings", family.tiedEmbeddings()),
                family.embeddingFactor(hidden),
                family.logitCap(fields),
                family.norms(),
                family.attention(fields, hidden, rope),
                family.feedForward(fields, hidden),
                residual(fields, family, hidden, normEps),
                rope,
                BlockScales.read(fields, family.scales()),
                fields.tokens("bos_token_id").stream().mapToInt(i -> i).findFirst(),
                fields.tokens("eos_token_id"));
    }

    /** A decoder may be one of several parts. */
    private static String remedy(JsonFields fields) {
        return fields.absent("vision_config")
                ? ""
                : "; of a model of images and text, save the language model by itself";
    }

    private static Residual residual(JsonFields fields, Architecture family, int hidden, double normEps) {
        String kind = fields.choice("residual", family.residual(), "none", "hc", "mhc");
        if (kind.equals("none")) {
            return new PlainResidual(normEps);
        }
        boolean constrained = kind.equals("mhc");
        boolean singlePass =
                fields.choice("hc_mode", "standard", "standard", "single-pass").equals("single-pass");
        String usual = singlePass ? "last-pre" : constrained ? "head" : "sum";
        String collapse = singlePass
                ? fields.choice("hc_collapse", usual, "last-pre", "head", "mean", "sum")
                : fields.choice("hc_collapse", usual, "head", "mean", "sum");
        int streams = family.streams().isPresent()
                ? fields.positive("hc_mult", family.streams().getAsInt())
                : fields.positive("hc_mult");
        fields.requireAtMost("hc_mult", streams, MOST_STREAMS);
        return new HyperResidual(
                constrained,
                hidden,
                streams,
                fields.positive("hc_sinkhorn_iters", 20),
                fields.notNegativeNumber("hc_eps", 1e-6),
                normEps,
                HyperResidual.Collapse.valueOf(collapse.toUpperCase(Locale.ROOT).replace('-', '_')),
                fields.flag("hc_dynamic", true),
                singlePass);
    }

    /** Keys and values, or other state, of a sequence of so many tokens in some neighbouring layers, in bytes. */
    public double cacheBytes(ComputeType type, int firstLayer, int lastLayer, long tokens) {
        return IntStream.rangeClosed(firstLayer, lastLayer)
                .mapToDouble(layer -> LayerState.bytes(this, layer, type, tokens))
                .sum();
    }

    /** What each token adds to it in all layers, on average. */
    public double cacheBytesPerToken(ComputeType type) {
        return cacheBytes(type, 0, layers - 1, 1) - fixedCacheBytes(type);
    }

    /** What a sequence takes of it however long it is. */
    public long fixedCacheBytes(ComputeType type) {
        return (long) cacheBytes(type, 0, layers - 1, 0);
    }

    /** What each token would add if all layers kept every token by itself: what most attentions do. */
    public long wholeBytesPerToken(ComputeType type) {
        return IntStream.range(0, layers)
                        .mapToLong(layer -> attention.numbersPerToken(layer))
                        .sum()
                * type.bytes();
    }

    /**
     * Whether all that a decoder computes of a token beside its products is done for each row by itself, where the
     * operations are the fused ones: not where rows choose experts or what they attend to, or where the engine's attention,
     * activation or bound of logits is taken, whose vectors end elsewhere in other company.
     */
    public boolean takesRowsApart() {
        boolean attends = attention instanceof GroupedQueryAttention grouped
                && grouped.scores().cap().isEmpty();
        boolean gated = feedForward instanceof GatedFeedForward dense && dense.activation() == Activation.SILU;
        return attends && gated && logitCap.isEmpty();
    }

    /** Angle per token of each pair of numbers, as passes take them: those of each rotary embedding of the attention. */
    public float[] frequencies() {
        List<Rope> ropes = attention.ropes(rope);
        int width = attention.rotaryWidth();
        float[] all = new float[ropes.size() * (width / 2)];
        for (int i = 0; i < ropes.size(); i++) {
            System.arraycopy(ropes.get(i).frequencies(width), 0, all, i * (width / 2), width / 2);
        }
        return all;
    }
}
