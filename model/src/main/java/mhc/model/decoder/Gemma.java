package mhc.model.decoder;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import mhc.model.decoder.GroupedQueryAttention.Biases;
import mhc.model.decoder.GroupedQueryAttention.Heads;
import mhc.model.decoder.GroupedQueryAttention.Norms;
import mhc.model.decoder.GroupedQueryAttention.Scores;

/**
 * Fields of {@code config.json} that Gemma 2 and 3 have beside those of other families (arXiv 2408.00118, 2503.19786).
 * What is absent has the default of transformers, but for the sizes that every model says itself.
 *
 * @param third whether it is Gemma 3
 */
record Gemma(JsonFields fields, boolean third) {
    private static final int HEAD_WIDTH = 256;
    private static final int KEY_VALUE_HEADS = 4;
    private static final int WINDOW = 4096;
    private static final double QUERY_SCALAR = 256;
    private static final double SCORE_CAP = 50;
    private static final double LOGIT_CAP = 30;
    private static final double THETA = 1_000_000;
    private static final double LOCAL_THETA = 10_000;

    Attention attention(int hidden) {
        if (fields.flag("use_bidirectional_attention", false)) {
            fields.problem("use_bidirectional_attention is true, supported: false");
        }
        if (third) {
            fields.refuse("attn_logit_softcapping", "Gemma 3 does not cap scores of attention");
        }
        Optional<AttentionWindow> window = window();
        return new GroupedQueryAttention(
                hidden,
                Heads.read(fields, queries -> KEY_VALUE_HEADS, queries -> HEAD_WIDTH),
                Biases.read(fields),
                third ? Norms.EACH_HEAD : Norms.NONE,
                NormWeights.ABOVE_ONE,
                window,
                third && window.isPresent() ? Optional.of(localRope()) : Optional.empty(),
                new Scores(
                        1 / Math.sqrt(fields.positiveNumber("query_pre_attn_scalar", QUERY_SCALAR)),
                        third ? OptionalDouble.empty() : cap("attn_logit_softcapping", OptionalDouble.of(SCORE_CAP))));
    }

    /** Gemma 2 has a window in every second layer, from the first; Gemma 3 none in the last of every few. */
    private Optional<AttentionWindow> window() {
        int pattern = third ? fields.positive("sliding_window_pattern", 6) : 2;
        IntPredicate usual = layer -> (layer + 1) % pattern != 0;
        Optional<AttentionWindow> window =
                AttentionWindow.read(fields, fields.positive("sliding_window", WINDOW), usual);
        if (window.isPresent() && fields.node("sliding_window").isNull()) {
            fields.problem("sliding_window is null, expected a number of tokens for the layers that have a window");
        }
        return window;
    }

    /** What bounds the logits. */
    OptionalDouble logitCap() {
        return cap("final_logit_softcapping", third ? OptionalDouble.empty() : OptionalDouble.of(LOGIT_CAP));
    }

    /** Null says that there is none. */
    private OptionalDouble cap(String key, OptionalDouble usual) {
        if (fields.node(key).isMissingNode()) {
            return usual;
        }
        return fields.node(key).isNull() ? OptionalDouble.empty() : OptionalDouble.of(fields.positiveNumber(key, 1));
    }

    /** Of layers without a window; in Gemma 2 of all. */
    Rope rope(int maxLength) {
        if (!third) {
            return Rope.read(fields, maxLength);
        }
        if (!fields.absent("rope_parameters") && !nested()) {
            fields.problem("rope_parameters has no full_attention, expected that and sliding_attention");
        }
        double theta = fields.positiveNumber("rope_theta", THETA);
        return nested() ? rope(layersOf("full_attention"), theta) : rope(fields.group("rope_scaling"), theta);
    }

    /** Of layers with a window. */
    private Rope localRope() {
        double theta = fields.positiveNumber("rope_local_base_freq", LOCAL_THETA);
        return nested() ? rope(layersOf("sliding_attention"), theta) : new Rope(theta, new RopeScaling.None());
    }

    private boolean nested() {
        return fields.node("rope_parameters").path("full_attention").isObject();
    }

    private JsonFields layersOf(String type) {
        return fields.group("rope_parameters").group(type);
    }

    private static Rope rope(JsonFields group, double theta) {
        String type = group.choice(group.absent("rope_type") ? "type" : "rope_type", "default", "default", "linear");
        return new Rope(
                group.positiveNumber("rope_theta", theta),
                type.equals("linear")
                        ? new RopeScaling.Linear(group.positiveNumber("factor"))
                        : new RopeScaling.None());
    }
}
