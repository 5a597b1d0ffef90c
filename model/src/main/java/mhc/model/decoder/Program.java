package mhc.model.decoder;

import java.util.ArrayList;
import java.util.List;
import mhc.model.engine.TorchProgram;

/**
 * A decoder as one TorchScript program: the weights it wants, in order, and the source that reads them. It is put together
 * from parts; one call runs the whole layer stack.
 *
 * <p>Shapes: T tokens of one pass, side by side and never padded, C hidden, V vocabulary. Which tokens see which is said by
 * lists of numbers, see {@link AttentionProgram}.
 */
public record Program(List<TensorSpec> tensors, String source) {
    public Program {
        tensors = List.copyOf(tensors);
    }

    /** Index of the rotary frequencies, which come from the configuration and not from a file. */
    public static final int FREQUENCIES = 0;

    public static Program of(ModelConfig config) {
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
        int site = residual.tensors("", "attn").size();
        StringBuilder calls = new StringBuilder();
        for (int i = 0; i < config.layers(); i++) {
            int from = tensors.size();
            tensors.addAll(layerTensors(i, config));
            calls.append((i == 0 ? FIRST_READ : BOUNDARY).formatted(from, from + site, from + site));
            calls.append("  h, f, state = __torch__.layer(h, x, state, w[%d:%d], place, %d, kept, combs)%n"
                    .formatted(from, tensors.size(), i));
        }
        int norm = add(tensors, List.of(TensorSpec.wide("model.norm.weight", config.hidden())));
        int collapse = add(tensors, residual.headTensors());
        int collapseEnd = tensors.size();
        int head = config.tiedEmbeddings()
                ? embedding
                : add(
                        tensors,
                        List.of(TensorSpec.wide("lm_head.weight", config.vocabulary(), config.hidden())
                                .multiplied()));

        int typed = layers;
        while (tensors.get(typed).kind() != TensorSpec.Kind.COMPUTE) {
            typed++;
        }
        int attend = attention.tensors("").size();
        String frame = FRAME.replace("%(layers)", calls)
                .replace("%(embedding)", Integer.toString(embedding))
                .replace("%(typed)", Integer.toString(typed))
                .replace("%(norm)", Integer.toString(norm))
                .replace("%(collapse)", collapse + ":" + collapseEnd)
                .replace("%(head)", Integer.toString(head))
                .replace("%(eps)", Double.toString(config.normEps()))
                .replace("%(attn)", (site + 1) + ":" + (site + 1 + attend))
                .replace("%(ffn_hc)", (site + 1 + attend) + ":" + (2 * site + 1 + attend))
                .replace("%(ffn_norm)", Integer.toString(2 * site + 1 + attend))
                .replace("%(ffn)", (2 * site + 2 + attend) + ":")
                .replace("%(place)", AttentionProgram.PLACE);
        String module = TorchArchive.MODULE_HEADER + METHODS;
        return new Program(
                tensors,
                String.join(
                        "\n",
                        module,
                        RMS,
                        frame,
                        AttentionProgram.source(attention, config.layers()),
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

              def read(self: __torch__.Program, ids: Tensor, positions: Tensor, own: List[int], above: List[int], past: List[List[Tensor]], keep: List[int], asked: Tensor, targets: Tensor, chunk: int) -> Tuple[Tensor, Tensor, List[List[Tensor]]]:
                w = self.w
                kept = annotate(List[Tensor], [])
                place = __torch__.place_of(w[0], positions, own, above, past, keep)
                h = __torch__.stack(w, ids, place, kept, annotate(Optional[List[Tensor]], None)).index_select(0, asked)
                numbers = annotate(List[Tensor], [])
                tokens = annotate(List[Tensor], [])
                for start in range(0, h.size(0), chunk):
                  count = min(chunk, h.size(0) - start)
                  z = __torch__.logits(w, h.narrow(0, start, count))
                  if targets.size(1) == 0:
                    next, gap = __torch__.most_likely(z)
                    numbers.append(gap)
                    tokens.append(next)
                  else:
                    wanted = targets.narrow(0, start, count)
                    numbers.append(torch.log_softmax(z, -1).gather(1, wanted).flatten())
                    tokens.append(torch.eq(z.argmax(-1, True), wanted).to(4).flatten())
                if len(numbers) == 0:
                  return (torch.zeros([0], dtype=6), torch.zeros([0], dtype=4), __torch__.by_segment(kept, len(keep) // 2))
                return (torch.cat(numbers, 0), torch.cat(tokens, 0), __torch__.by_segment(kept, len(keep) // 2))

              def decode(self: __torch__.Program, tokens: Tensor, positions: Tensor, lengths: Tensor, cache: List[Tensor], above: List[int], order: Tensor, past: List[List[Tensor]], longest: int, steps: int) -> Tuple[Tensor, Tensor]:
                w = self.w
                nothing = annotate(List[Tensor], [])
                nexts = annotate(List[Tensor], [])
                gaps = annotate(List[Tensor], [])
                for s in range(steps):
                  place = __torch__.place_in_cache(w[0], positions + s, lengths + s, cache, above, order, past, longest + s)
                  h = __torch__.stack(w, tokens, place, nothing, annotate(Optional[List[Tensor]], None))
                  tokens, gap = __torch__.most_likely(__torch__.logits(w, h))
                  nexts.append(tokens)
                  gaps.append(gap)
                return (torch.cat(nexts, 0), torch.cat(gaps, 0))

              def trace(self: __torch__.Program, ids: Tensor, with_logits: bool) -> Tuple[Tensor, List[Tensor]]:
                w = self.w
                combs = annotate(List[Tensor], [])
                rows, length = ids.size(0), ids.size(1)
                positions = torch.arange(length, device=ids.device).repeat([rows])
                past = annotate(List[List[Tensor]], [])
                nothing = annotate(List[int], [])
                place = __torch__.place_of(w[0], positions, [0, rows, length], nothing, past, nothing)
                h = __torch__.stack(w, ids.flatten(), place, annotate(List[Tensor], []), combs)
                if with_logits:
                  out = __torch__.logits(w, h)
                else:
                  out = positions
                return (out, combs)

              def room(self: __torch__.Program, cache: List[Tensor], like: List[Tensor], rows: int, capacity: int) -> List[Tensor]:
                # Zeros, because a hidden entry still takes part with weight 0.
                made = annotate(List[Tensor], [])
                for i in range(len(like)):
                  wide = torch.zeros([rows, like[i].size(1), capacity, like[i].size(3)], dtype=like[i].dtype, device=like[i].device)
                  if len(cache) > 0:
                    held = cache[i].narrow(0, 0, min(rows, cache[i].size(0)))
                    wide.narrow(0, 0, held.size(0)).narrow(2, 0, held.size(2)).copy_(held)
                  made.append(wide)
                return made

              def settle(self: __torch__.Program, cache: List[Tensor], row: int, segments: List[List[Tensor]]) -> int:
                at = 0
                for k in range(1, len(segments)):
                  segment = segments[k]
                  for i in range(len(cache)):
                    cache[i].narrow(0, row, 1).narrow(2, at, segment[i].size(2)).copy_(segment[i])
                  at = at + segment[0].size(2)
                return at

              def move(self: __torch__.Program, cache: List[Tensor], source: int, target: int, count: int) -> int:
                for c in cache:
                  c.select(0, target).narrow(1, 0, count).copy_(c.select(0, source).narrow(1, 0, count))
                return count

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
    public static final String RMS = """
            def rms(x: Tensor, eps: float) -> Tensor:
              return x * torch.rsqrt((x * x).mean([-1], True) + eps)

            def normed(x: Tensor, weight: Optional[Tensor], eps: float) -> Tensor:
              # In float32, as the weight is; rounded once.
              if weight is not None:
                x = (weight * __torch__.rms(x.to(6), eps)).to(x.dtype)
              return x
            """;

    /** Format of how the first site reads the streams: its weights w[%d:%d] and its norm's, w[%d]. */
    private static final String FIRST_READ = "  x, state = __torch__.read(h, w[%d:%d], w[%d], state)%n";

    /** Format of how the last site of a layer hands the streams to the first of the next. */
    private static final String BOUNDARY = "  h, x, state = __torch__.write_read(h, f, state, w[%d:%d], w[%d])%n";

    /** The layer stack around the parts. */
    private static final String FRAME = """
            def norm(x: Tensor, weight: Tensor) -> Tensor:
              return __torch__.normed(x, weight, %(eps))

            def layer(h: Tensor, x: Tensor, state: List[Tensor], w: List[Tensor], place: %(place), index: int, kept: List[Tensor], combs: Optional[List[Tensor]]) -> Tuple[Tensor, Tensor, List[Tensor]]:
              # From what the first site has read to what the last one is to write.
              if combs is not None:
                combs.extend(state[1:2])
              f = __torch__.look(x, w[%(attn)], place, index, kept)
              h, x, state = __torch__.write_read(h, f, state, w[%(ffn_hc)], w[%(ffn_norm)])
              if combs is not None:
                combs.extend(state[1:2])
              return (h, __torch__.feed_forward(x, w[%(ffn)]), state)

            def stack(w: List[Tensor], ids: Tensor, place: %(place), kept: List[Tensor], combs: Optional[List[Tensor]]) -> Tensor:
              # [T,C], streams collapsed
              h = __torch__.expand(torch.embedding(w[%(embedding)], ids).to(w[%(typed)].dtype))
              state = annotate(List[Tensor], [])
            %(layers)  return __torch__.collapse(__torch__.write(h, f, state), w[%(collapse)], state)

            def logits(w: List[Tensor], h: Tensor) -> Tensor:
              # In float32 throughout: logits rounded to a half type would tie, and ties decide what is most likely.
              return torch.linear(__torch__.norm(h.to(6), w[%(norm)]), w[%(head)])

            def most_likely(z: Tensor) -> Tuple[Tensor, Tensor]:
              # The first of equals, and how far the second stands behind: not finite when a logit in front is not.
              best = z.argmax(-1, True)
              second = z.scatter(1, best, float("-inf")).amax([-1], False)
              return (best.squeeze(1), z.gather(1, best).squeeze(1) - second)
            """;
}
