package mhc.model.decoder;

/**
 * TorchScript that lets tokens see exactly those before them in their own sequence, without padding and without copying what
 * several sequences share.
 *
 * <p>A pass holds segments of tokens side by side. {@code own} lists them as triples (first token, rows, length): rows of
 * equal length see themselves, causally. {@code above} lists what stands before them in sextuples (source, first key, keys,
 * position of the first key, first query, queries): a source of -1 is this pass, another one indexes {@code past}; all these
 * queries see all these keys. Parts are merged by their logarithms of sums of exponentials, in float32, which gives the exact
 * softmax over all of them.
 *
 * <p>In a decoding step each token is a row of the cache, sees {@code lengths} entries there, and {@code above} counts in
 * the rows' {@code order}.
 *
 * <p>A window hides keys that lie too far back, in every part: {@code far} holds what is added to the scores, for each of
 * {@code own} and then for each of {@code above}, computed once for all layers that have the window. It is a very negative
 * number and not minus infinity, so that a part of which a query sees nothing has weight 0 and no NaN.
 */
public final class AttentionProgram {
    /** cos, sin, own, above, keep, past, cache, lengths, order, inverse, masks (of a decoding step, a window's last), far. */
    static final String PLACE =
            "Tuple[Tensor, Tensor, List[int], List[int], List[int], List[List[Tensor]], List[Tensor],"
                    + " Tensor, Tensor, Tensor, List[Tensor], List[Optional[Tensor]]]";

    private AttentionProgram() {}

    static String source(Attention attention, int layers) {
        String window = attention
                .window()
                .map(held -> (held.holdsEverywhere() ? WINDOW + EVERYWHERE : WINDOW + SOMEWHERE)
                        .replace("%(window)", Integer.toString(held.tokens()))
                        .replace(
                                "%(held)",
                                held.layers().toString().replace("true", "True").replace("false", "False")))
                .orElse(NO_WINDOW);
        return (window + WEIGH + SOURCE)
                .replace("%(place)", PLACE)
                .replace("%(entries)", Integer.toString(attention.entries().size()))
                .replace("%(layers)", Integer.toString(layers));
    }

    private static final String NO_WINDOW = """
            def too_far(query: Tensor, first: int, keys: int) -> Optional[Tensor]:
              return None

            def masks_of(back: Tensor) -> List[Tensor]:
              return [__torch__.mask_of(back < 0)]

            def has_window(index: int) -> bool:
              return False

            """;

    private static final String WINDOW = """
            def too_far(query: Tensor, first: int, keys: int) -> Optional[Tensor]:
              # Positions query [Q], keys from position first on -> [1,1,Q,K], or None where all keys before a query are near.
              if int(query.max().item()) - first < %(window):
                return None
              back = query.unsqueeze(1) - torch.arange(first, first + keys, device=query.device)
              hidden = (back < 0) | (back >= %(window))
              return torch.zeros(hidden.size(), dtype=6, device=query.device).masked_fill_(hidden, -1e30)[None, None]

            def mask_near(back: Tensor) -> Tensor:
              return __torch__.mask_of((back < 0) | (back >= %(window)))

            """;

    private static final String EVERYWHERE = """
            def masks_of(back: Tensor) -> List[Tensor]:
              return [__torch__.mask_near(back)]

            def has_window(index: int) -> bool:
              return True

            """;

    private static final String SOMEWHERE = """
            def masks_of(back: Tensor) -> List[Tensor]:
              return [__torch__.mask_of(back < 0), __torch__.mask_near(back)]

            def has_window(index: int) -> bool:
              return annotate(List[bool], %(held))[index]

            """;

    /** Numbers of one block of scores where a whole matrix of them is built: 128 MB. */
    private static final int SCORES_BLOCK = 1 << 25;

    /**
     * Attention to one place and its logarithms. On a GPU the engine's memory-efficient kernel gives both in any type; its
     * logarithms come padded to a multiple of 32 queries, it wants widths in whole groups of 8 and no mask of our shapes.
     */
    public static final String WEIGH = """
            def weigh(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float) -> Tuple[Tensor, Tensor]:
              # q [B,H,S,D], k [B,H,K,D], v [B,H,K,V] -> [B,H,S,V], [B,H,S] in float32
              if not q.is_cuda and v.size(3) == k.size(3):
                return torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, attn_mask=mask, scale=scale)
              if q.is_cuda and mask is None and q.size(3) % 8 == 0 and v.size(3) % 8 == 0:
                o, lse, seed, offset = torch._scaled_dot_product_efficient_attention(q, k, v, None, True, 0.0, causal, scale=scale)
                return (o, lse.narrow(2, 0, q.size(2)))
              return __torch__.weigh_in_blocks(q, k, v, mask, causal, scale, %(scores))

            def weigh_in_blocks(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float, most: int) -> Tuple[Tensor, Tensor]:
              # So many queries at once that their scores are no more than most numbers.
              outs = annotate(List[Tensor], [])
              sums = annotate(List[Tensor], [])
              chunk = max(1, most // (k.size(2) * q.size(0) * q.size(1)))
              for start in range(0, q.size(2), chunk):
                count = min(chunk, q.size(2) - start)
                scores = torch.matmul(q.narrow(2, start, count), k.transpose(2, 3)).to(6) * scale
                if mask is not None:
                  if mask.size(2) == 1:
                    scores = scores + mask
                  else:
                    scores = scores + mask.narrow(2, start, count)
                if causal:
                  later = torch.ones([count, k.size(2)], dtype=11, device=q.device).triu(start + 1)
                  scores = scores.masked_fill(later, float("-inf"))
                lse = torch.logsumexp(scores, [-1], False)
                outs.append(torch.matmul(torch.exp(scores - lse.unsqueeze(-1)).to(v.dtype), v))
                sums.append(lse)
              return (torch.cat(outs, 2), torch.cat(sums, 2))

            """.replace("%(scores)", Integer.toString(SCORES_BLOCK));

    private static final String SOURCE = """
            def angles(frequencies: Tensor, positions: Tensor) -> Tuple[Tensor, Tensor]:
              # positions [B or 1, S] -> cos, sin [B or 1, 1, S, R]
              half = positions.to(6).unsqueeze(-1) * frequencies
              full = torch.cat([half, half], -1).unsqueeze(1)
              return (torch.cos(full), torch.sin(full))

            def place_of(frequencies: Tensor, positions: Tensor, own: List[int], above: List[int], past: List[List[Tensor]], keep: List[int]) -> %(place):
              cos, sin = __torch__.angles(frequencies, positions.unsqueeze(0))
              nothing = annotate(List[Tensor], [])
              far = annotate(List[Optional[Tensor]], [])
              for i in range(len(own) // 3):
                length = own[3 * i + 2]
                far.append(__torch__.too_far(torch.arange(length, device=positions.device), 0, length))
              far.extend(__torch__.far_above(positions, above))
              return (cos, sin, own, above, keep, past, nothing, positions, positions, positions, nothing, far)

            def far_above(positions: Tensor, above: List[int]) -> List[Optional[Tensor]]:
              far = annotate(List[Optional[Tensor]], [])
              for i in range(len(above) // 6):
                query = positions.narrow(0, above[6 * i + 4], above[6 * i + 5])
                far.append(__torch__.too_far(query, above[6 * i + 3], above[6 * i + 2]))
              return far

            def place_in_cache(frequencies: Tensor, positions: Tensor, lengths: Tensor, cache: List[Tensor], above: List[int], order: Tensor, past: List[List[Tensor]], longest: int) -> %(place):
              cos, sin = __torch__.angles(frequencies, positions.unsqueeze(0))
              back = lengths.view([-1, 1, 1, 1]) - torch.arange(longest, device=lengths.device)
              inverse = order
              ordered = positions
              if order.size(0) > 0:
                inverse = order.argsort()
                ordered = positions.index_select(0, order)
              nothing = annotate(List[int], [])
              far = __torch__.far_above(ordered, above)
              return (cos, sin, nothing, above, nothing, past, cache, lengths, order, inverse, __torch__.masks_of(back), far)

            def mask_of(hidden: Tensor) -> Tensor:
              return torch.zeros(hidden.size(), dtype=6, device=hidden.device).masked_fill_(hidden, float("-inf"))

            def look(x: Tensor, w: List[Tensor], place: %(place), index: int, kept: List[Tensor]) -> Tensor:
              cos, sin, own, above, keep, past, cache, lengths, order, inverse, masks, far = place
              near = __torch__.has_window(index)
              if not near:
                far = __torch__.nothing_far(len(far))
              q, fresh = __torch__.project(x, w, cos, sin, 1)
              first = index * %(entries)
              if len(masks) == 0:
                o, lse = __torch__.look_within(q, fresh, own, far, w)
                for i in range(len(keep) // 2):
                  for entry in fresh:
                    kept.append(torch.clone(entry.narrow(2, keep[2 * i], keep[2 * i + 1]), memory_format=0))
              else:
                mask = masks[(len(masks) - 1) * int(near)]
                seen = __torch__.remember(cache[first:first + %(entries)], fresh, lengths, mask.size(3))
                o, lse = __torch__.attend(q.transpose(0, 2), seen, w, mask, False)
                o, lse = o.squeeze(2), lse.squeeze(2)
              if len(above) > 0:
                o = o.to(6)
                far = far[len(own) // 3:]
                if order.size(0) > 0 and len(masks) > 0:
                  o, lse = o.index_select(0, order), lse.index_select(0, order)
                  __torch__.look_above(q.index_select(2, order), o, lse, fresh, past, first, above, far, w)
                  o = o.index_select(0, inverse)
                else:
                  __torch__.look_above(q, o, lse, fresh, past, first, above, far, w)
              return __torch__.combine(o.to(x.dtype), w)

            def nothing_far(parts: int) -> List[Optional[Tensor]]:
              far = annotate(List[Optional[Tensor]], [])
              for i in range(parts):
                far.append(annotate(Optional[Tensor], None))
              return far

            def rows_of(x: Tensor, start: int, rows: int, length: int) -> Tensor:
              # [1, heads, T, width] -> [rows, heads, length, width]
              part = x.narrow(2, start, rows * length)
              if rows == 1:
                return part
              return part.reshape([x.size(1), rows, length, x.size(3)]).transpose(0, 1)

            def look_within(q: Tensor, fresh: List[Tensor], own: List[int], far: List[Optional[Tensor]], w: List[Tensor]) -> Tuple[Tensor, Tensor]:
              outs = annotate(List[Tensor], [])
              sums = annotate(List[Tensor], [])
              for i in range(len(own) // 3):
                start, rows, length = own[3 * i], own[3 * i + 1], own[3 * i + 2]
                seen = [__torch__.rows_of(entry, start, rows, length) for entry in fresh]
                o, lse = __torch__.attend(__torch__.rows_of(q, start, rows, length), seen, w, far[i], far[i] is None)
                outs.append(o.transpose(1, 2).flatten(0, 1))
                sums.append(lse.transpose(1, 2).flatten(0, 1))
              if len(outs) == 1:
                return (outs[0], sums[0])
              return (torch.cat(outs, 0), torch.cat(sums, 0))

            def look_above(q: Tensor, o: Tensor, lse: Tensor, fresh: List[Tensor], past: List[List[Tensor]], first: int, above: List[int], far: List[Optional[Tensor]], w: List[Tensor]) -> int:
              # Adds parts to o [T,H,V] and lse [T,H], in place and in float32.
              for i in range(len(above) // 6):
                source, key, keys = above[6 * i], above[6 * i + 1], above[6 * i + 2]
                query, queries = above[6 * i + 4], above[6 * i + 5]
                if source < 0:
                  seen = [entry.narrow(2, key, keys) for entry in fresh]
                else:
                  seen = [entry.narrow(2, key, keys) for entry in past[source][first:first + %(entries)]]
                part, sum = __torch__.attend(q.narrow(2, query, queries), seen, w, far[i], False)
                part = part.squeeze(0).transpose(0, 1).to(6)
                sum = sum.squeeze(0).transpose(0, 1)
                before = lse.narrow(0, query, queries)
                o.narrow(0, query, queries).lerp_(part, torch.sigmoid(sum - before).unsqueeze(-1))
                before.copy_(torch.logaddexp(before, sum))
              return len(above)

            def remember(cache: List[Tensor], fresh: List[Tensor], lengths: Tensor, longest: int) -> List[Tensor]:
              # Writes each row's one new token behind its length, in place.
              seen = annotate(List[Tensor], [])
              for i in range(len(cache)):
                entry = fresh[i].transpose(0, 2)
                rows = cache[i].narrow(0, 0, entry.size(0))
                rows.scatter_(2, lengths.view([-1, 1, 1, 1]).expand(entry.size()), entry)
                seen.append(rows.narrow(2, 0, longest))
              return seen

            def by_segment(kept: List[Tensor], segments: int) -> List[List[Tensor]]:
              # From [layer][segment][entry] to [segment][layer and entry].
              lists = annotate(List[List[Tensor]], [])
              for s in range(segments):
                one = annotate(List[Tensor], [])
                for l in range(%(layers)):
                  for e in range(%(entries)):
                    one.append(kept[(l * segments + s) * %(entries) + e])
                lists.append(one)
              return lists
            """;
}
