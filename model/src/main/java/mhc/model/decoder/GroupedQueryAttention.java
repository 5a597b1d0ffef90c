package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Llama's attention: rotary embedding, queries in groups that share a key and a value head.
 *
 * @param biases which projections have one
 * @param norms which queries and keys pass
 * @param window of some layers or all (Mistral, Qwen)
 */
record GroupedQueryAttention(
        int hidden,
        int heads,
        int keyValueHeads,
        int headWidth,
        Biases biases,
        Norms norms,
        Optional<AttentionWindow> window)
        implements Attention {

    /** Norms of queries and keys before they are rotated. */
    enum Norms {
        NONE,
        /** Each head by itself (Qwen3). */
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
        ALL
    }

    @Override
    public List<TensorSpec> tensors(String layer, int index) {
        String name = layer + "self_attn.";
        long queries = (long) heads * headWidth;
        long keys = (long) keyValueHeads * headWidth;
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
            tensors.add(TensorSpec.wide(name + "q_norm.weight", norms == Norms.EACH_HEAD ? headWidth : queries));
            tensors.add(TensorSpec.wide(name + "k_norm.weight", norms == Norms.EACH_HEAD ? headWidth : keys));
        }
        return tensors;
    }

    @Override
    public List<Cached> cached(int layer) {
        return List.of(new Cached(keyValueHeads, headWidth), new Cached(keyValueHeads, headWidth));
    }

    @Override
    public int rotaryWidth() {
        return headWidth;
    }

    @Override
    public long operationsPerAttendedToken() {
        return 4L * heads * headWidth;
    }

    @Override
    public Script script() {
        return Binder.of(Script.class, "grouped_query.py")
                .set("HEADS", heads)
                .set("KEY_VALUE_HEADS", keyValueHeads)
                .set("GROUP", heads / keyValueHeads)
                .set("HEAD_WIDTH", headWidth)
                .set("SCALE", 1 / Math.sqrt(headWidth))
                .set("EACH_HEAD_NORMED", norms == Norms.EACH_HEAD)
                .set("ALL_HEADS_NORMED", norms == Norms.ALL_HEADS)
                .weights(tensors("", 0))
                .optional("q_proj_bias", "k_proj_bias", "v_proj_bias", "o_proj_bias", "q_norm", "k_norm")
                .script();
    }
}
