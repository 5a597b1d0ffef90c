package mhc.model.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import mhc.model.decoder.JsonFields;

/**
 * The decoder to train, of the Llama family, but for its residual.
 *
 * @param hidden C
 * @param heads of attention; queries, keys and values have the same number unless {@code keyValueHeads} says otherwise
 * @param intermediate width of the feed-forward sublayer
 * @param vocabulary V
 * @param maxLength most tokens of a sequence, in training and afterwards
 * @param streams n, where there are streams
 * @param iterations of Sinkhorn-Knopp, where there are such
 * @param tied whether the embedding is the output projection as well
 */
public record Shape(
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int intermediate,
        int vocabulary,
        int maxLength,
        int streams,
        int iterations,
        boolean tied) {

    /**
     * The {@code config.json} of this decoder.
     *
     * @param residual {@code none}, {@code hc} or {@code mhc}
     * @param endOfText id of the token that ends a text
     * @param note what every table says of the model
     */
    public ObjectNode config(String residual, int endOfText, String note) {
        ObjectNode config = JsonFields.JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama")
                .put("vocab_size", vocabulary)
                .put("hidden_size", hidden)
                .put("intermediate_size", intermediate)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads)
                .put("num_key_value_heads", keyValueHeads)
                .put("head_dim", hidden / heads)
                .put("hidden_act", "silu")
                .put("max_position_embeddings", maxLength)
                .put("rms_norm_eps", 1e-6)
                .put("rope_theta", 10000.0)
                .put("tie_word_embeddings", tied)
                .put("bos_token_id", endOfText)
                .put("eos_token_id", endOfText)
                .put("residual", residual)
                .put("note", note);
        if (!residual.equals("none")) {
            config.put("hc_mult", streams);
        }
        if (residual.equals("mhc")) {
            config.put("hc_sinkhorn_iters", iterations).put("hc_eps", 1e-6);
        }
        return config;
    }
}
