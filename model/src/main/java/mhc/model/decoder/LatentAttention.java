package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * DeepSeek's multi-head latent attention (arXiv 2405.04434, section 2.1). What is kept per token is the compressed
 * latent and the rotated key that all heads share, as one tensor of one head. Few queries are carried into the latent
 * space and attend there (the absorbed form); for many it costs less to expand the latents into keys and values first.
 * Both give the same.
 *
 * @param queryRank width of the compressed query; empty when queries are not compressed
 * @param rank width of the latent
 * @param plain width of a head's part without rotation
 * @param rotary width of a head's rotated part
 * @param value width of a head's value
 * @param bias whether the compressing projections and the output have one
 * @param interleaved whether numbers 2i and 2i + 1 of a rotated part are a pair, otherwise i and i + R/2
 * @param scoreFactor on the attention scores, beside 1 / sqrt(plain + rotary)
 */
record LatentAttention(
        int hidden,
        int heads,
        OptionalInt queryRank,
        int rank,
        int plain,
        int rotary,
        int value,
        boolean bias,
        boolean interleaved,
        double scoreFactor)
        implements Attention {

    /**
     * Inside the norms of the latents, whatever {@code rms_norm_eps} is: the published code leaves it at its default.
     */
    private static final double LATENT_EPS = 1e-6;

    @Override
    public List<TensorSpec> tensors(String layer, int index) {
        String name = layer + "self_attn.";
        long queries = (long) heads * (plain + rotary);
        List<TensorSpec> tensors = new ArrayList<>(List.of(
                TensorSpec.of(name + "kv_a_proj_with_mqa.weight", (long) rank + rotary, hidden)
                        .multiplied(),
                TensorSpec.wide(name + "kv_a_layernorm.weight", rank),
                TensorSpec.of(name + "kv_b_proj.weight", (long) heads * (plain + value), rank),
                TensorSpec.of(name + "o_proj.weight", hidden, (long) heads * value)
                        .multiplied()));
        if (queryRank.isPresent()) {
            int width = queryRank.getAsInt();
            tensors.add(TensorSpec.of(name + "q_a_proj.weight", width, hidden).multiplied());
            tensors.add(TensorSpec.wide(name + "q_a_layernorm.weight", width));
            tensors.add(TensorSpec.of(name + "q_b_proj.weight", queries, width).multiplied());
        } else {
            tensors.add(TensorSpec.of(name + "q_proj.weight", queries, hidden).multiplied());
        }
        if (bias) {
            tensors.add(TensorSpec.of(name + "kv_a_proj_with_mqa.bias", (long) rank + rotary));
            tensors.add(TensorSpec.of(name + "o_proj.bias", hidden));
            if (queryRank.isPresent()) {
                tensors.add(TensorSpec.of(name + "q_a_proj.bias", queryRank.getAsInt()));
            }
        }
        return tensors;
    }

    @Override
    public List<Cached> cached(int layer) {
        return List.of(new Cached(1, rank + rotary));
    }

    @Override
    public int rotaryWidth() {
        return rotary;
    }

    @Override
    public long operationsPerAttendedToken() {
        return 2L * heads * (2L * rank + rotary);
    }

    /**
     * Fewest queries of a row for which expanding the latents costs less than attending to them: per attended token and
     * head, expansion costs rank * (plain + value) once, and then each query saves 2 * rank - plain - value.
     */
    private long expandFrom() {
        long saved = 2L * rank - plain - value;
        return saved <= 0 ? Integer.MAX_VALUE : 2 + (long) rank * (plain + value) / saved;
    }

    @Override
    public Script script() {
        return Binder.of(Script.class, "latent.py")
                .set("HEADS", heads)
                .set("RANK", rank)
                .set("PLAIN", plain)
                .set("ROTARY", rotary)
                .set("VALUE", value)
                .set("SCALE", scoreFactor / Math.sqrt(plain + rotary))
                .set("LATENT_EPS", LATENT_EPS)
                .set("INTERLEAVED", interleaved)
                .set("QUERY_COMPRESSED", queryRank.isPresent())
                .set("EXPAND_FROM", expandFrom())
                .weights(tensors("", 0))
                .optional("q_proj", "q_a_proj", "q_a_layernorm", "q_b_proj")
                .optional("kv_a_proj_with_mqa_bias", "o_proj_bias", "q_a_proj_bias")
                .script();
    }
}
