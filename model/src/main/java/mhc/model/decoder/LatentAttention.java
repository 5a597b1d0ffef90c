package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * DeepSeek's multi-head latent attention (arXiv 2405.04434, section 2.1). What is kept per token is the compressed latent and
 * the rotated key that all heads share, as one entry of one head. Few queries are carried into the latent space and attend
 * there (the absorbed form); for many it costs less to expand the latents into keys and values first. Both give the same.
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

    /** Inside the norms of the latents, whatever {@code rms_norm_eps} is: the published code leaves it at its default. */
    private static final double LATENT_EPS = 1e-6;

    @Override
    public List<TensorSpec> tensors(String layer) {
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
    public List<Entry> entries() {
        return List.of(new Entry(1, rank + rotary));
    }

    @Override
    public int rotaryWidth() {
        return rotary;
    }

    @Override
    public long operationsPerSeenToken() {
        return 2L * heads * (2L * rank + rotary);
    }

    /**
     * Fewest queries of a row for which expanding the latents costs less than attending to them: per seen token and head,
     * expansion costs rank * (plain + value) once, and then each query saves 2 * rank - plain - value.
     */
    private long expandFrom() {
        long saved = 2L * rank - plain - value;
        return saved <= 0 ? Integer.MAX_VALUE : 2 + (long) rank * (plain + value) / saved;
    }

    @Override
    public String source() {
        int biases = queryRank.isPresent() ? 7 : 5;
        String query = queryRank.isPresent()
                ? "torch.linear(__torch__.latent_norm(torch.linear(x, w[4]%s), w[5]), w[6])"
                        .formatted(bias ? ", w[" + (biases + 2) + "]" : "")
                : "torch.linear(x, w[4])";
        double scale = scoreFactor / Math.sqrt(plain + rotary);
        return SOURCE.replace("%(query)", query)
                .replace("%(bias_in)", bias ? ", w[" + biases + "]" : "")
                .replace("%(bias_out)", bias ? ", w[" + (biases + 1) + "]" : "")
                .replace("%(paired)", interleaved ? "x.unflatten(-1, [-1, 2]).transpose(-1, -2).flatten(-2)" : "x")
                .replace("%(eps)", Double.toString(LATENT_EPS))
                .replace("%(scale)", Double.toString(scale))
                .replace("%(expand_from)", Long.toString(expandFrom()))
                .replace("%(heads)", Integer.toString(heads))
                .replace("%(rank)", Integer.toString(rank))
                .replace("%(plain)", Integer.toString(plain))
                .replace("%(rotary)", Integer.toString(rotary))
                .replace("%(value)", Integer.toString(value));
    }

    private static final String SOURCE = """
            def latent_norm(x: Tensor, weight: Tensor) -> Tensor:
              return (weight * __torch__.rms(x.to(6), %(eps))).to(x.dtype)

            def paired(x: Tensor) -> Tensor:
              return %(paired)

            def project(x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, batch: int) -> Tuple[Tensor, List[Tensor]]:
              # q [B,heads,S,plain + rotary]; entry [B,1,S,rank + rotary]
              q = %(query).view([batch, -1, %(heads), %(plain) + %(rotary)]).transpose(1, 2)
              turned = __torch__.rotate(__torch__.paired(q.narrow(-1, %(plain), %(rotary))), cos, sin)
              latent = torch.linear(x, w[0]%(bias_in))
              kept = __torch__.latent_norm(latent.narrow(-1, 0, %(rank)), w[1]).view([batch, 1, -1, %(rank)])
              key = __torch__.paired(latent.narrow(-1, %(rank), %(rotary)).view([batch, 1, -1, %(rotary)]))
              return (torch.cat([q.narrow(-1, 0, %(plain)), turned], -1), [torch.cat([kept, __torch__.rotate(key, cos, sin)], -1)])

            def per_head(x: Tensor, matrices: Tensor) -> Tensor:
              # x [B,heads,S,I] by matrices [heads,I,O] -> [B,heads,S,O]; no matrix is copied for a row
              stacked = x.transpose(0, 1).reshape([%(heads), -1, x.size(-1)])
              return torch.bmm(stacked, matrices).view([%(heads), x.size(0), x.size(2), -1]).transpose(0, 1)

            def in_latent_space(q: Tensor, entry: Tensor, kv: Tensor, mask: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
              # Queries meet the latents, and the attended latents become values. The values' width is that of the keys,
              # which the fast kernels want; what is too much is cut off.
              carried = __torch__.per_head(q.narrow(-1, 0, %(plain)), kv.narrow(1, 0, %(plain)))
              q = torch.cat([carried, q.narrow(-1, %(plain), %(rotary))], -1)
              if q.size(2) == 1 or (mask is None and not causal):
                # All queries see the same latents: the heads stand side by side.
                beside = q.reshape([q.size(0), 1, -1, %(rank) + %(rotary)])
                o, lse = __torch__.weigh(beside, entry, entry, mask, False, %(scale))
                o = o.reshape(q.size())
                lse = lse.reshape([q.size(0), %(heads), -1])
              else:
                entry = entry.expand([-1, %(heads), -1, -1])
                o, lse = __torch__.weigh(q, entry, entry, mask, causal, %(scale))
              return (__torch__.per_head(o.narrow(-1, 0, %(rank)), kv.narrow(1, %(plain), %(value)).transpose(1, 2)), lse)

            def expanded(q: Tensor, entry: Tensor, kv: Tensor, mask: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
              both = torch.linear(entry.narrow(-1, 0, %(rank)), kv.flatten(0, 1))
              both = both.view([entry.size(0), -1, %(heads), %(plain) + %(value)]).transpose(1, 2)
              shared = entry.narrow(-1, %(rank), %(rotary)).expand([-1, %(heads), -1, -1])
              k = torch.cat([both.narrow(-1, 0, %(plain)), shared], -1)
              v = both.narrow(-1, %(plain), %(value))
              more = %(plain) + %(rotary) - %(value)
              if more > 0:
                v = torch.constant_pad_nd(v, [0, more])
              o, lse = __torch__.weigh(q, k, v, mask, causal, %(scale))
              return (o.narrow(-1, 0, %(value)), lse)

            def attend(q: Tensor, seen: List[Tensor], w: List[Tensor], mask: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
              kv = w[2].view([%(heads), %(plain) + %(value), %(rank)])
              if q.size(2) < %(expand_from):
                return __torch__.in_latent_space(q, seen[0], kv, mask, causal)
              return __torch__.expanded(q, seen[0], kv, mask, causal)

            def combine(o: Tensor, w: List[Tensor]) -> Tensor:
              return torch.linear(o.reshape([-1, %(heads) * %(value)]), w[3]%(bias_out))
            """;
}
