package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Llama's attention: rotary embedding, queries in groups that share a key and a value head.
 *
 * @param biases which projections have one
 * @param normed whether each head's query and key pass a norm of their own (Qwen3)
 * @param window of some layers or all (Mistral, Qwen)
 */
record GroupedQueryAttention(
        int hidden,
        int heads,
        int keyValueHeads,
        int headWidth,
        Biases biases,
        boolean normed,
        Optional<AttentionWindow> window)
        implements Attention {

    /** Projections with a bias. */
    enum Biases {
        NONE,
        /** Queries, keys and values. */
        INPUTS,
        /** Those and the output. */
        ALL
    }

    @Override
    public List<TensorSpec> tensors(String layer) {
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
        if (normed) {
            tensors.add(TensorSpec.wide(name + "q_norm.weight", headWidth));
            tensors.add(TensorSpec.wide(name + "k_norm.weight", headWidth));
        }
        return tensors;
    }

    @Override
    public List<Entry> entries() {
        return List.of(new Entry(keyValueHeads, headWidth), new Entry(keyValueHeads, headWidth));
    }

    @Override
    public int rotaryWidth() {
        return headWidth;
    }

    @Override
    public long operationsPerSeenToken() {
        return 4L * heads * headWidth;
    }

    @Override
    public String source() {
        int last = tensors("").size();
        String query = normed ? "__torch__.norm(%s, w[" + (last - 2) + "])" : "%s";
        String key = normed ? "__torch__.norm(%s, w[" + (last - 1) + "])" : "%s";
        return """
                def heads(x: Tensor, batch: int, count: int) -> Tensor:
                  return x.view([batch, -1, count, %(width)]).transpose(1, 2)

                def project(x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, batch: int) -> Tuple[Tensor, List[Tensor]]:
                  q = __torch__.heads(torch.linear(x, w[0]%(bias4)), batch, %(heads))
                  k = __torch__.heads(torch.linear(x, w[1]%(bias5)), batch, %(pairs))
                  v = __torch__.heads(torch.linear(x, w[2]%(bias6)), batch, %(pairs))
                  return (__torch__.rotate(%(q), cos, sin), [__torch__.rotate(%(k), cos, sin), v])

                def attend(q: Tensor, seen: List[Tensor], w: List[Tensor], mask: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
                  rows, length = q.size(0), q.size(2)
                  k, v = seen[0], seen[1]
                  if %(group) == 1:
                    return __torch__.weigh(q, k, v, mask, causal, %(scale))
                  if length == 1 or (mask is None and not causal):
                    # All queries see the same keys: a group's stand side by side.
                    grouped = q.reshape([rows, %(pairs), %(group) * length, %(width)])
                    o, lse = __torch__.weigh(grouped, k, v, mask, False, %(scale))
                  else:
                    # Queries of one token see the same keys: each key-value head is a row of its own, and no key is copied.
                    grouped = q.reshape([rows * %(pairs), %(group), length, %(width)])
                    k = k.reshape([rows * %(pairs), 1, -1, %(width)]).expand([-1, %(group), -1, -1])
                    v = v.reshape([rows * %(pairs), 1, -1, %(width)]).expand([-1, %(group), -1, -1])
                    o, lse = __torch__.weigh(grouped, k, v, mask, causal, %(scale))
                  return (o.reshape([rows, %(heads), length, %(width)]), lse.reshape([rows, %(heads), length]))

                def combine(o: Tensor, w: List[Tensor]) -> Tensor:
                  return torch.linear(o.reshape([-1, %(heads) * %(width)]), w[3]%(bias7))
                """.replace("%(q)", query.formatted("q"))
                .replace("%(k)", key.formatted("k"))
                .replace("%(width)", Integer.toString(headWidth))
                .replace("%(scale)", Double.toString(1 / Math.sqrt(headWidth)))
                .replace("%(heads)", Integer.toString(heads))
                .replace("%(pairs)", Integer.toString(keyValueHeads))
                .replace("%(group)", Integer.toString(heads / keyValueHeads))
                .replaceAll("%\\(bias([4-6])\\)", biases == Biases.NONE ? "" : ", w[$1]")
                .replaceAll("%\\(bias7\\)", biases == Biases.ALL ? ", w[7]" : "");
    }
}
