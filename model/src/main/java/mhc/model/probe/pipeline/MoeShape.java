package mhc.model.probe.pipeline;

/**
 * A decoder with latent attention and a mixture of experts, by its shapes (arXiv 2512.24880, Table 5). The feed-forward
 * of its first layer is dense and as wide as all experts that a token meets.
 *
 * @param hidden C
 * @param expert inner width of one expert
 * @param routed experts of a layer to choose from
 * @param active of them that a token is sent to
 * @param shared experts that every token meets
 * @param headWidth of a query and a value; {@code ropeWidth} more carry positions
 * @param latentWidth of what keys and values are made from
 */
public record MoeShape(
        String name,
        int layers,
        int hidden,
        int expert,
        int routed,
        int active,
        int shared,
        int heads,
        int headWidth,
        int ropeWidth,
        int latentWidth,
        int vocabulary) {

    /** Numbers of a layer's attention: queries, the latent and what is made from it, output. */
    public long attentionWeights() {
        long queries = (long) hidden * heads * (headWidth + ropeWidth);
        long latent = (long) hidden * (latentWidth + ropeWidth);
        long keysAndValues = (long) latentWidth * heads * 2 * headWidth;
        return queries + latent + keysAndValues + (long) heads * headWidth * hidden;
    }

    /** Numbers of one expert. */
    public long expertWeights() {
        return 3L * hidden * expert;
    }

    /** Numbers of a layer's feed-forward that one token is multiplied by. */
    public long feedForwardWeights() {
        return (active + shared) * expertWeights();
    }

    public long headWeights() {
        return (long) hidden * vocabulary;
    }

    /** All numbers, embedding and head included, norms and hyper-connections not. */
    public long parameters() {
        return layers * attentionWeights()
                + feedForwardWeights()
                + (layers - 1L) * (routed + shared) * expertWeights()
                + 2 * headWeights();
    }

    /** Those that one token is multiplied by: of the embedding it reads a row. */
    public long activeParameters() {
        return layers * (attentionWeights() + feedForwardWeights()) + headWeights();
    }
}
