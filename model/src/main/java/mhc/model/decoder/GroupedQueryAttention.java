package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntUnaryOperator;

/**
 * Llama's attention: rotary embedding, queries in groups that share a key and a value head.
 *
 * @param biases which projections have one
 * @param norms which queries and keys pass
 * @param normWeights what the weights of those norms say
 * @param window of some layers or all (Mistral, Qwen, Gemma)
 * @param local rotary embedding of layers with a window, where these have one of their own (Gemma 3)
 */
record GroupedQueryAttention(
        int hidden,
        Heads split,
        Biases biases,
        Norms norms,
        NormWeights normWeights,
        Optional<AttentionWindow> window,
        Optional<Rope> local,
        Scores scores)
        implements Attention {

    /**
     * How queries, keys and values are split.
     *
     * @param queries heads of queries
     * @param keyValues heads of keys, and of values
     * @param width of a head
     */
    record Heads(int queries, int keyValues, int width) {
        /**
         * By their usual keys.
         *
         * @param usualKeyValues of so many heads of queries, where the file does not say
         * @param usualWidth likewise
         */
        static Heads read(JsonFields fields, IntUnaryOperator usualKeyValues, IntUnaryOperator usualWidth) {
            int queries = fields.positive("num_attention_heads");
            int keyValues = fields.node("num_key_value_heads").isNull()
                    ? queries
                    : fields.positive("num_key_value_heads", usualKeyValues.applyAsInt(queries));
            if (queries % keyValues != 0) {
                fields.problem(
                        "num_attention_heads is " + queries + ", not a multiple of num_key_value_heads " + keyValues);
            }
            int width = fields.positive("head_dim", usualWidth.applyAsInt(queries));
            fields.requireEven("head_dim", width);
            return new Heads(queries, keyValues, width);
        }
    }

    /**
     * What becomes of the product of a query and a key before the softmax.
     *
     * @param factor on it
     * @param cap that bounds it then: cap * tanh(score / cap)
     */
    record Scores(double factor, OptionalDouble cap) {
        /** The usual factor of heads of a width, and no bound. */
        static Scores of(int headWidth) {
            return new Scores(1 / Math.sqrt(headWidth), OptionalDouble.empty());
        }
    }

    /** Norms of queries and keys before they are rotated. */
    enum Norms {
        NONE,
        /** Each head by itself (Qwen3, Gemma 3). */
        EACH_HEAD,
        /** All heads as one (OLMo 2). */
        ALL_HEADS
    }

    /** Projections with a bias. */
    enum Biases {
        NONE,
        /** Queries, keys and values. */
        INPUTS,
        /** Those and the output. */
        ALL;

        /** All or none. */
        static Biases read(JsonFields fields) {
            return fields.flag("attention_bias", false) ? ALL : NONE;
        }
    }

    @Override
    public int heads() {
        return split.queries();
    }

    @Override
    public List<TensorSpec> tensors(String layer, int index) {
        String name = layer + "self_attn.";
        long queries = (long) split.queries() * split.width();
        long keys = (long) split.keyValues() * split.width();
        List<TensorSpec> tensors = new ArrayList<>(List.of(
                TensorSpec.of(name + "q_proj.weight", queries, hidden).multiplied(),
                TensorSpec.of(name + "k_proj.weight", keys, hidden).multiplied(),
                TensorSpec.of(name + "v_proj.weight", keys, hidden).multiplied(),
                TensorSpec.of(name + "o_proj.weight", hidden, queries).multiplied()));
        if (biases != Biases.NONE) {
            tensors.add(TensorSpec.of(name + "q_proj.bias", queries));
            tensors.add(TensorSpec.of(name + "k_proj.bias", keys));
            tensors.add(TensorSpec.of(name + "v_proj.bias", keys));
        }
        if (biases == Biases.ALL) {
            tensors.add(TensorSpec.of(name + "o_proj.bias", hidden));
        }
        if (norms != Norms.NONE) {
            boolean each = norms == Norms.EACH_HEAD;
            tensors.add(normWeights.named(name + "q_norm.weight", each ? split.width() : queries));
            tensors.add(normWeights.named(name + "k_norm.weight", each ? split.width() : keys));
        }
        return tensors;
    }

    @Override
    public List<Cached> cached(int layer) {
        Cached each = new Cached(split.keyValues(), split.width());
        return List.of(each, each);
    }

    @Override
    public int rotaryWidth() {
        return split.width();
    }

    @Override
    public List<Rope> ropes(Rope usual) {
        return local.map(windowed -> List.of(usual, windowed)).orElse(List.of(usual));
    }

    @Override
    public OptionalDouble scoreCap() {
        return scores.cap();
    }

    @Override
    public long operationsPerAttendedToken() {
        return 4L * split.queries() * split.width();
    }

    @Override
    public Script script() {
        return Binder.of(Script.class, "grouped_query.py")
                .set("HEADS", split.queries())
                .set("KEY_VALUE_HEADS", split.keyValues())
                .set("GROUP", split.queries() / split.keyValues())
                .set("HEAD_WIDTH", split.width())
                .set("SCALE", scores.factor())
                .set("EACH_HEAD_NORMED", norms == Norms.EACH_HEAD)
                .set("ALL_HEADS_NORMED", norms == Norms.ALL_HEADS)
                .weights(tensors("", 0))
                .optional("q_proj_bias", "k_proj_bias", "v_proj_bias", "o_proj_bias", "q_norm", "k_norm")
                .script();
    }
}
