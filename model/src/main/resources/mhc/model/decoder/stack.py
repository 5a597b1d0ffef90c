# The layer stack around the parts. w: all weights of the program.


def held(w: List[Tensor]) -> List[Tensor]:
    # As the functions take them: the weights of some norms are stored as what they have above one.
    above_one = annotate(List[int], ABOVE_ONE)
    for i in above_one:
        w[i] = w[i] + 1.0
    return w


def norm(x: Tensor, weight: Tensor) -> Tensor:
    return normed(x, weight, NORM_EPS)


def embedded(w: List[Tensor], ids: Tensor) -> Tensor:
    # ids [T] -> the streams before the first layer
    e = torch.embedding(w.embed_tokens, ids.to(w.embed_tokens.device)).to(w.of_compute_type.dtype)
    if EMBEDDING_FACTOR != 1.0:
        e = e * torch.full([], EMBEDDING_FACTOR, dtype=e.dtype, device=e.device)
    return expand(e)


def layer_start(layer: int) -> int:
    starts = LAYER_STARTS
    return starts[layer]


def layer_weights(w: List[Tensor], layer: int) -> List[Tensor]:
    return w[layer_start(layer) : layer_start(layer + 1)]


def merged(w: List[Tensor], h: Tensor, state: List[Tensor]) -> Tensor:
    # The streams behind the last layer -> [T,C]
    return collapse(h, w.hc_head, state)


def stack(
    w: List[Tensor], ids: Tensor, tokens: Pass, kept: List[Tensor], combs: Optional[List[Tensor]]
) -> Tensor:
    # ids [T] -> [T,C], streams collapsed. Receives: kept the keys and values to keep, combs the stream matrix of each site.
    h = embedded(w, ids)
    weights = layer_weights(w, 0)
    x, state = first_read(h, weights)
    h, f, state = layer(h, x, state, weights, tokens, 0, kept, combs)
    for i in range(1, LAYERS):
        weights = layer_weights(w, i)
        if begins_device(i):
            h, f = h.to(weights[0].device), f.to(weights[0].device)
            state, tokens = handed_over(state, weights[0]), handed_over_pass(tokens, weights[0])
        h, x, state = next_read(h, f, state, weights)
        h, f, state = layer(h, x, state, weights, tokens, i, kept, combs)
    return merged(w, write(h, f, state), state)


def whole_pass(w: List[Tensor], ids: Tensor) -> Pass:
    # ids [B,S]: sequences of equal length, each by itself from its first token to its last.
    rows, length = ids.size(0), ids.size(1)
    positions = torch.arange(length, device=ids.device).repeat([rows])
    views = annotate(List[PrefixView], [])
    prefixes = annotate(List[List[Tensor]], [])
    keep = annotate(List[Segment], [])
    return prefill_pass(w.frequencies, ids.flatten(), positions, [Segment(0, rows, length)], views, prefixes, keep)


def whole_sequences(w: List[Tensor], ids: Tensor, combs: Optional[List[Tensor]]) -> Tensor:
    # ids [B,S] -> [B * S,C]
    return stack(w, ids.flatten(), whole_pass(w, ids), annotate(List[Tensor], []), combs)


def logits(w: List[Tensor], h: Tensor) -> Tensor:
    # In float32 throughout: logits rounded to a half type would tie, and ties decide what is most likely.
    matrix = output_projection(w)
    z = linear(norm(h.to(FLOAT32), w.norm).to(matrix.device), matrix)
    if LOGITS_CAPPED:
        z = torch.tanh(z / LOGIT_CAP) * LOGIT_CAP
    return z


def penalised(z: Tensor, seen: Tensor, penalty: float) -> Tensor:
    # z [T,V]: the logits of each row's tokens so far, seen [T,K] (or [0] for no penalty), less likely by a factor.
    if seen.size(-1) == 0:
        return z
    seen = seen.to(z.device)
    met = z.gather(1, seen)
    return z.scatter(1, seen, torch.where(met < 0, met * penalty, met / penalty))


def most_likely(z: Tensor) -> Tuple[Tensor, Tensor]:
    # The first of equals, and its margin over the second: not finite when a logit in front is not.
    best = z.argmax(-1, True)
    second = z.scatter(1, best, float("-inf")).amax([-1], False)
    return (best.squeeze(1), z.gather(1, best).squeeze(1) - second)
