package mhc.model;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

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
        String embeddingName = "model.embed_tokens.weight";
        int embedding = add(
                tensors,
                List.of(
                        config.tiedEmbeddings()
                                ? TensorSpec.wide(embeddingName, config.vocabulary(), config.hidden())
                                : TensorSpec.of(embeddingName, config.vocabulary(), config.hidden())));
        int layers = tensors.size();
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < config.layers(); i++) {
            int from = tensors.size();
            tensors.addAll(layerTensors(i, config));
            int entries = attention.entries().size();
            calls.append("  h, state = __torch__.layer(h, state, w[%d:%d], place, past[%d:%d], step, kept, combs)%n"
                    .formatted(from, tensors.size(), i * entries, (i + 1) * entries));
        }
        int norm = add(tensors, List.of(TensorSpec.wide("model.norm.weight", config.hidden())));
        int collapse = add(tensors, residual.headTensors());
        int collapseEnd = tensors.size();
        int head = config.tiedEmbeddings()
                ? embedding
                : add(tensors, List.of(TensorSpec.wide("lm_head.weight", config.vocabulary(), config.hidden())));

        int typed = layers;
        while (tensors.get(typed).kind() != TensorSpec.Kind.COMPUTE) {
            typed++;
        }
        int site = residual.tensors("", "attn").size();
        int attend = attention.tensors("").size();
        String frame = FRAME.replace("%(layers)", calls)
                .replace("%(embedding)", Integer.toString(embedding))
                .replace("%(typed)", Integer.toString(typed))
                .replace("%(norm)", Integer.toString(norm))
                .replace("%(collapse)", collapse + ":" + collapseEnd)
                .replace("%(head)", Integer.toString(head))
                .replace("%(eps)", Double.toString(config.normEps()))
                .replace("%(attn_hc)", "0:" + site)
                .replace("%(attn_norm)", Integer.toString(site))
                .replace("%(attn)", (site + 1) + ":" + (site + 1 + attend))
                .replace("%(ffn_hc)", (site + 1 + attend) + ":" + (2 * site + 1 + attend))
                .replace("%(ffn_norm)", Integer.toString(2 * site + 1 + attend))
                .replace("%(ffn)", (2 * site + 2 + attend) + ":");
        String module = TorchArchive.MODULE_HEADER + METHODS;
        return new Program(
                tensors,
                String.join(
                        "\n",
                        module,
                        RMS,
                        frame,
                        ENTRIES,
                        window(attention.window()),
                        config.rope().source(),
                        attention.source(),
                        feedForward.source(),
                        residual.source()));
    }

    private static List<TensorSpec> layerTensors(int index, ModelConfig config) {
        String layer = "model.layers." + index + ".";
        List<TensorSpec> tensors = new ArrayList<>(config.residual().tensors(layer, "attn"));
        tensors.add(TensorSpec.wide(layer + "input_layernorm.weight", config.hidden()));
        tensors.addAll(config.attention().tensors(layer));
        tensors.addAll(config.residual().tensors(layer, "ffn"));
        tensors.add(TensorSpec.wide(layer + "post_attention_layernorm.weight", config.hidden()));
        tensors.addAll(config.feedForward().tensors(layer, index));
        return tensors;
    }

    /** {@code nearby(mask, query, key)}: of the keys that {@code mask} lets through, those within the window. */
    private static String window(OptionalInt window) {
        return window.isEmpty() ? NO_WINDOW : WINDOW.replace("%(window)", Integer.toString(window.getAsInt()));
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

              def cast(self: __torch__.Program, raw: Tensor, stored: int, wanted: int) -> Tensor:
                # Types that Java cannot name come as bytes: [..., size of one], reinterpreted here.
                x = raw
                if raw.dtype == 0:
                  x = torch.view_copy(raw, dtype=stored).squeeze(-1)
                return x.to(wanted)

              def concatenate(self: __torch__.Program, blocks: List[Tensor]) -> Tensor:
                return torch.cat(blocks, 0)

              def dequantise(self: __torch__.Program, raw: Tensor, stored: int, scale: Tensor, rows: int, columns: int, wanted: int) -> Tensor:
                # One scale for each block of [rows, columns] numbers.
                x = torch.view_copy(raw, dtype=stored).squeeze(-1).to(6)
                each = torch.repeat_interleave(torch.repeat_interleave(scale.to(6), rows, 0), columns, 1)
                return (x * each.narrow(0, 0, x.size(0)).narrow(1, 0, x.size(1))).to(wanted)
            """;

    /** What norms and coefficients share. */
    static final String RMS = """
            def rms(x: Tensor, eps: float) -> Tensor:
              return x * torch.rsqrt((x * x).mean([-1], True) + eps)
            """;

    /** The layer stack around the parts. */
    private static final String FRAME = """
            def norm(x: Tensor, weight: Tensor) -> Tensor:
              return (weight * __torch__.rms(x.to(6), %(eps))).to(x.dtype)

            def layer(h: Tensor, before: List[Tensor], w: List[Tensor], place: Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int], past: List[Tensor], step: bool, kept: Optional[List[Tensor]], combs: Optional[List[Tensor]]) -> Tuple[Tensor, List[Tensor]]:
              cos, sin, rows, mask, longest = place
              x, state = __torch__.read(h, w[%(attn_hc)], before)
              q, fresh = __torch__.project(__torch__.norm(x, w[%(attn_norm)]), w[%(attn)], cos, sin, rows.size(0))
              if step:
                seen = __torch__.remember(past, rows, fresh, longest)
              else:
                seen = __torch__.after_prefix(past, rows, fresh)
              h = __torch__.write(h, __torch__.attend(q, seen, w[%(attn)], mask), state)
              if combs is not None:
                combs.extend(state[1:2])
              x, state = __torch__.read(h, w[%(ffn_hc)], state)
              h = __torch__.write(h, __torch__.feed_forward(__torch__.norm(x, w[%(ffn_norm)]), w[%(ffn)]), state)
              if combs is not None:
                combs.extend(state[1:2])
              if kept is not None:
                kept.extend(fresh)
              return (h, state)

            def stack(w: List[Tensor], ids: Tensor, place: Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int], past: List[Tensor], step: bool, kept: Optional[List[Tensor]], combs: Optional[List[Tensor]]) -> Tensor:
              # [T,C], streams collapsed
              h = __torch__.expand(torch.embedding(w[%(embedding)], ids.flatten()).to(w[%(typed)].dtype))
              state = annotate(List[Tensor], [])
            %(layers)  return __torch__.collapse(h, w[%(collapse)], state)

            def logits(w: List[Tensor], h: Tensor) -> Tensor:
              # In float32 throughout: logits rounded to a half type would tie, and ties decide what is most likely.
              return torch.linear(__torch__.norm(h.to(6), w[%(norm)]), w[%(head)])

            def most_likely(z: Tensor) -> Tuple[Tensor, Tensor]:
              # The first of equals, and how far the second stands behind: not finite when a logit in front is not.
              best = torch.topk(z, 2, -1)[0]
              return (z.argmax(-1), best.select(1, 0) - best.select(1, 1))
            """;

    private static final String NO_WINDOW = """
            def nearby(mask: Optional[Tensor], query: Tensor, key: Tensor) -> Optional[Tensor]:
              return mask
            """;

    /** Positions query [..,S,1] and key [..,K]; no mask is the causal order of equal positions. */
    private static final String WINDOW = """
            def nearby(mask: Optional[Tensor], query: Tensor, key: Tensor) -> Optional[Tensor]:
              if mask is None:
                if key.size(-1) <= %(window):
                  return None
                return (key <= query) & (query - key < %(window))
              return mask & (query - key < %(window))
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
                return (cos, sin, rows, __torch__.nearby(None, within.unsqueeze(1), within), 0)
              before = prefix_lengths
              if before.size(0) > 1:
                before = before.index_select(0, rows)
              cos, sin = __torch__.angles(frequencies, before.unsqueeze(1) + within)
              width = past[0].size(2)
              key = torch.arange(width + ids.size(1), device=ids.device)
              start = before.view([-1, 1, 1, 1])
              mask = (key < start) | ((key >= width) & (key - width <= within.unsqueeze(1)))
              place = torch.where(key < width, key, key - width + start)
              return (cos, sin, rows, __torch__.nearby(mask, start + within.unsqueeze(1), place), 0)

            def place_in_cache(frequencies: Tensor, lengths: Tensor, longest: int) -> Tuple[Tensor, Tensor, Tensor, Optional[Tensor], int]:
              cos, sin = __torch__.angles(frequencies, lengths.unsqueeze(1))
              mask = annotate(Optional[Tensor], None)
              if lengths.size(0) > 1:
                mask = torch.arange(longest, device=lengths.device) <= lengths.view([-1, 1, 1, 1])
              key = torch.arange(longest, device=lengths.device)
              return (cos, sin, lengths, __torch__.nearby(mask, lengths.view([-1, 1, 1, 1]), key), longest)

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
