package mhc.model;

import java.util.ArrayList;
import java.util.List;

/**
 * A decoder as one TorchScript program: the weights it wants, in order, and the source that reads them. It is put together
 * from parts; one call runs the whole layer stack.
 *
 * <p>Shapes: B rows, S tokens a row, T = B*S, C hidden, V vocabulary, F prefixes of at most P tokens. Rows are padded on the
 * right; what stands behind a row's length is never seen by a token before it. Row b continues prefix {@code family[b]},
 * whose length is {@code prefix_lengths[family[b]]}; with no prefix the list of entries is empty and P is 0.
 */
record Program(List<TensorSpec> tensors, String source) {
    Program {
        tensors = List.copyOf(tensors);
    }

    /** Index of the rotary frequencies, which come from the configuration and not from a file. */
    static final int FREQUENCIES = 0;

    static Program of(ModelConfig config) {
        Attention attention = config.attention();
        Residual residual = config.residual();
        FeedForward feedForward = config.feedForward();

        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(TensorSpec.exact("(rotary frequencies)", attention.rotaryWidth() / 2));
        int embedding =
                add(tensors, List.of(TensorSpec.of("model.embed_tokens.weight", config.vocabulary(), config.hidden())));
        int layers = tensors.size();
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < config.layers(); i++) {
            int from = tensors.size();
            tensors.addAll(layerTensors("model.layers." + i + ".", config));
            int entries = attention.entries().size();
            calls.append("  h = __torch__.layer(h, w[%d:%d], place, past[%d:%d], step, kept, combs)%n"
                    .formatted(from, tensors.size(), i * entries, (i + 1) * entries));
        }
        int norm = add(tensors, List.of(TensorSpec.of("model.norm.weight", config.hidden())));
        int collapse = add(tensors, residual.headTensors());
        int collapseEnd = tensors.size();
        int head = config.tiedEmbeddings()
                ? embedding
                : add(tensors, List.of(TensorSpec.of("lm_head.weight", config.vocabulary(), config.hidden())));

        List<TensorSpec> probe = layerTensors("", config);
        int site = residual.tensors("", "attn").size();
        int attend = attention.tensors("").size();
        int forward = feedForward.tensors("").size();
        String frame = FRAME.replace("%(layers)", calls)
                .replace("%(embedding)", Integer.toString(embedding))
                .replace("%(norm)", Integer.toString(norm))
                .replace("%(collapse)", collapse + ":" + collapseEnd)
                .replace("%(head)", Integer.toString(head))
                .replace("%(eps)", Double.toString(config.normEps()))
                .replace("%(attn_hc)", "0:" + site)
                .replace("%(attn_norm)", Integer.toString(site))
                .replace("%(attn)", (site + 1) + ":" + (site + 1 + attend))
                .replace("%(ffn_hc)", (site + 1 + attend) + ":" + (2 * site + 1 + attend))
                .replace("%(ffn_norm)", Integer.toString(2 * site + 1 + attend))
                .replace("%(ffn)", (probe.size() - forward) + ":" + probe.size());
        String module = TorchArchive.MODULE_HEADER + METHODS;
        return new Program(
                tensors,
                String.join(
                        "\n",
                        module,
                        RMS,
                        frame,
                        ENTRIES,
                        attention.source(),
                        feedForward.source(),
                        residual.source()));
    }

    private static List<TensorSpec> layerTensors(String layer, ModelConfig config) {
        List<TensorSpec> tensors = new ArrayList<>(config.residual().tensors(layer, "attn"));
        tensors.add(TensorSpec.of(layer + "input_layernorm.weight", config.hidden()));
        tensors.addAll(config.attention().tensors(layer));
        tensors.addAll(config.residual().tensors(layer, "ffn"));
        tensors.add(TensorSpec.of(layer + "post_attention_layernorm.weight", config.hidden()));
        tensors.addAll(config.feedForward().tensors(layer));
        return tensors;
    }

    /** Appends {@code more} and returns the index of its first element. */
    private static int add(List<TensorSpec> tensors, List<TensorSpec> more) {
        int index = tensors.size();
        tensors.addAll(more);
        return index;
    }

    /** What Java calls; see {@link TorchProgram} for the meaning of each argument. */
    private static final String METHODS = """
              def bind(self: __torch__.Program, ws: List[Tensor]) -> int:
                # The first tensor with a value that is not finite, or -1. A sum may overflow by itself: look closer then.
                self.w = ws
                for i in range(len(ws)):
                  if not bool(torch.isfinite(ws[i].sum()).item()):
                    if not bool(torch.isfinite(ws[i]).all().item()):
                      return i
                return -1

              def prefill(self: __torch__.Program, ids: Tensor, lengths: Tensor, past: List[Tensor], family: Tensor, prefix_lengths: Tensor) -> Tuple[Tensor, Tensor, List[Tensor]]:
                w = self.w
                kept = annotate(List[Tensor], [])
                place = __torch__.place_of(w[0], ids, past, family, prefix_lengths)
                h = __torch__.stack(w, ids, place, past, False, kept, annotate(Optional[List[Tensor]], None))
                last = torch.arange(ids.size(0), device=ids.device) * ids.size(1) + lengths - 1
                next, gap = __torch__.most_likely(__torch__.logits(w, h.index_select(0, last)))
                return (next, gap, kept)

              def decode(self: __torch__.Program, tokens: Tensor, lengths: Tensor, cache: List[Tensor], longest: int) -> Tuple[Tensor, Tensor]:
                w = self.w
                kept = annotate(List[Tensor], [])
                place = __torch__.place_in_cache(w[0], lengths, longest)
                h = __torch__.stack(w, tokens.unsqueeze(1), place, cache, True, kept, annotate(Optional[List[Tensor]], None))
                return __torch__.most_likely(__torch__.logits(w, h))

              def score(self: __torch__.Program, ids: Tensor, past: List[Tensor], family: Tensor, prefix_lengths: Tensor, positions: Tensor, targets: Tensor, chunk: int) -> Tuple[Tensor, Tensor]:
                w = self.w
                place = __torch__.place_of(w[0], ids, past, family, prefix_lengths)
                none = annotate(Optional[List[Tensor]], None)
                h = __torch__.stack(w, ids, place, past, False, none, none).index_select(0, positions)
                likelihoods = annotate(List[Tensor], [])
                greedy = annotate(List[Tensor], [])
                for start in range(0, h.size(0), chunk):
                  count = min(chunk, h.size(0) - start)
                  z = __torch__.logits(w, h.narrow(0, start, count))
                  wanted = targets.narrow(0, start, count)
                  likelihoods.append(torch.log_softmax(z, -1).gather(1, wanted))
                  greedy.append(torch.eq(z.argmax(-1, True), wanted).to(4))
                return (torch.cat(likelihoods, 0), torch.cat(greedy, 0))

              def trace(self: __torch__.Program, ids: Tensor, with_logits: bool) -> Tuple[Tensor, List[Tensor]]:
                w = self.w
                nothing = annotate(List[Tensor], [])
                combs = annotate(List[Tensor], [])
                zero = torch.zeros([1], dtype=4, device=ids.device)
                place = __torch__.place_of(w[0], ids, nothing, zero, zero)
                h = __torch__.stack(w, ids, place, nothing, False, annotate(Optional[List[Tensor]], None), combs)
                if with_logits:
                  out = __torch__.logits(w, h)
                else:
                  out = zero
                return (out, combs)

              def pack(self: __torch__.Program, past: List[Tensor], family: Tensor, prefix_lengths: Tensor, fresh: List[Tensor], capacity: int) -> List[Tensor]:
                return __torch__.pack(past, family, prefix_lengths, fresh, capacity)

              def grow(self: __torch__.Program, cache: List[Tensor], capacity: int) -> List[Tensor]:
                return [torch.constant_pad_nd(c, [0, 0, 0, capacity - c.size(2)]) for c in cache]

              def select(self: __torch__.Program, cache: List[Tensor], rows: Tensor) -> List[Tensor]:
                return [c.index_select(0, rows) for c in cache]

              def join(self: __torch__.Program, above: List[Tensor], below: List[Tensor]) -> List[Tensor]:
                joined = annotate(List[Tensor], [])
                for i in range(len(above)):
                  joined.append(torch.cat([above[i], below[i]], 0))
                return joined

              def widen(self: __torch__.Program, bytes: Tensor, values: Tensor) -> Tensor:
                # bytes [..., C, 2], low byte first; values [65536] by the number that the two bytes make
                code = bytes.select(-1, 1).to(3) * 256 + bytes.select(-1, 0).to(3)
                return values.index_select(0, code.flatten()).view(code.size())
            """;

    /** What norms and coefficients share. */
    static final String RMS = """
            def rms(x: Tensor, eps: float) -> Tensor:
              return x * torch.rsqrt((x * x).mean([-1], True) + eps)
            """;

    /** The layer stack around the parts. */
    private static final String FRAME = """
            def norm(x: Tensor, weight: Tensor) -> Tensor:
              return weight * __torch__.rms(x.to(6), %(eps)).to(x.dtype)

            def layer(h: Tensor, w: List[Tensor], place: Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int], past: List[Tensor], step: bool, kept: Optional[List[Tensor]], combs: Optional[List[Tensor]]) -> Tensor:
              cos, sin, rows, mask, longest = place
              x, state = __torch__.read(h, w[%(attn_hc)])
              q, fresh = __torch__.project(__torch__.norm(x, w[%(attn_norm)]), w[%(attn)], cos, sin, rows.size(0))
              if step:
                seen = __torch__.remember(past, rows, fresh, longest)
              else:
                seen = __torch__.after_prefix(past, rows, fresh)
              h = __torch__.write(h, __torch__.attend(q, seen, w[%(attn)], mask), state)
              if combs is not None:
                combs.extend(state[1:])
              x, state = __torch__.read(h, w[%(ffn_hc)])
              h = __torch__.write(h, __torch__.feed_forward(__torch__.norm(x, w[%(ffn_norm)]), w[%(ffn)]), state)
              if combs is not None:
                combs.extend(state[1:])
              if kept is not None:
                kept.extend(fresh)
              return h

            def stack(w: List[Tensor], ids: Tensor, place: Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int], past: List[Tensor], step: bool, kept: Optional[List[Tensor]], combs: Optional[List[Tensor]]) -> Tensor:
              h = __torch__.expand(torch.embedding(w[%(embedding)], ids.flatten()))
            %(layers)  return h

            def logits(w: List[Tensor], h: Tensor) -> Tensor:
              x = __torch__.norm(__torch__.collapse(h, w[%(collapse)]), w[%(norm)])
              return torch.linear(x, w[%(head)]).to(6)

            def most_likely(z: Tensor) -> Tuple[Tensor, Tensor]:
              # The first of equals, and how far the second stands behind: not finite when a logit in front is not.
              best = torch.topk(z, 2, -1)[0]
              return (z.argmax(-1), best.select(1, 0) - best.select(1, 1))
            """;

    /** Places (rotary angles, rows of the past, mask) and entries (keys and values) of tokens. */
    private static final String ENTRIES = """
            def angles(frequencies: Tensor, positions: Tensor) -> Tuple[Tensor, Tensor]:
              # positions [B or 1, S] -> cos, sin [B or 1, 1, S, R]
              half = positions.to(6).unsqueeze(-1) * frequencies
              full = torch.cat([half, half], -1).unsqueeze(1)
              return (torch.cos(full), torch.sin(full))

            def place_of(frequencies: Tensor, ids: Tensor, past: List[Tensor], family: Tensor, prefix_lengths: Tensor) -> Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int]:
              within = torch.arange(ids.size(1), device=ids.device)
              rows = family
              if rows.size(0) != ids.size(0):
                rows = family.expand([ids.size(0)])
              if len(past) == 0:
                cos, sin = __torch__.angles(frequencies, within.unsqueeze(0))
                return (cos, sin, rows, None, 0)
              before = prefix_lengths
              if before.size(0) > 1:
                before = before.index_select(0, rows)
              cos, sin = __torch__.angles(frequencies, before.unsqueeze(1) + within)
              width = past[0].size(2)
              key = torch.arange(width + ids.size(1), device=ids.device)
              mask = (key < before.view([-1, 1, 1, 1])) | ((key >= width) & (key - width <= within.unsqueeze(1)))
              return (cos, sin, rows, mask, 0)

            def place_in_cache(frequencies: Tensor, lengths: Tensor, longest: int) -> Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int]:
              cos, sin = __torch__.angles(frequencies, lengths.unsqueeze(1))
              mask = annotate(Optional[Tensor], None)
              if lengths.size(0) > 1:
                mask = torch.arange(longest, device=lengths.device) <= lengths.view([-1, 1, 1, 1])
              return (cos, sin, lengths, mask, longest)

            def of_rows(past: Tensor, rows: Tensor) -> Tensor:
              if past.size(0) == 1:
                return past.expand([rows.size(0), -1, -1, -1])
              return past.index_select(0, rows)

            def after_prefix(past: List[Tensor], rows: Tensor, fresh: List[Tensor]) -> List[Tensor]:
              if len(past) == 0:
                return fresh
              seen = annotate(List[Tensor], [])
              for i in range(len(past)):
                seen.append(torch.cat([__torch__.of_rows(past[i], rows), fresh[i]], 2))
              return seen

            def remember(cache: List[Tensor], lengths: Tensor, fresh: List[Tensor], longest: int) -> List[Tensor]:
              # Writes each row's one new token behind its length, in place.
              seen = annotate(List[Tensor], [])
              for i in range(len(cache)):
                slot = lengths.view([-1, 1, 1, 1]).expand(fresh[i].size())
                cache[i].scatter_(2, slot, fresh[i])
                seen.append(cache[i].narrow(2, 0, longest))
              return seen

            def pack(past: List[Tensor], family: Tensor, prefix_lengths: Tensor, fresh: List[Tensor], capacity: int) -> List[Tensor]:
              # Prefix and suffix of each row without the gap between them, [B, heads, capacity, width].
              packed = annotate(List[Tensor], [])
              if len(past) == 0:
                for i in range(len(fresh)):
                  packed.append(torch.constant_pad_nd(fresh[i], [0, 0, 0, capacity - fresh[i].size(2)]))
                return packed
              rows = family.expand([fresh[0].size(0)])
              token = torch.arange(capacity, device=family.device).unsqueeze(0)
              before = prefix_lengths.index_select(0, rows).unsqueeze(1)
              width = past[0].size(2)
              source = torch.where(token < before, token, token - before + width).clamp(0, width + fresh[0].size(2) - 1)
              source = source.unsqueeze(1).unsqueeze(-1)
              for i in range(len(fresh)):
                whole = torch.cat([__torch__.of_rows(past[i], rows), fresh[i]], 2)
                packed.append(torch.gather(whole, 2, source.expand([-1, whole.size(1), -1, whole.size(3)])))
              return packed
            """;
}
