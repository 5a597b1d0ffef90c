# The layer stack around the parts. w: all weights of the program.


def norm(x: Tensor, weight: Tensor) -> Tensor:
    return normed(x, weight, NORM_EPS)


def stack(
    w: List[Tensor], ids: Tensor, tokens: Pass, kept: List[Tensor], combs: Optional[List[Tensor]]
) -> Tensor:
    # ids [T] -> [T,C], streams collapsed. Receives: kept the keys and values to keep, combs the stream matrix of each site.
    h = expand(torch.embedding(w.embed_tokens, ids).to(w.of_compute_type.dtype))
    starts = LAYER_STARTS
    weights = w[starts[0] : starts[1]]
    x, state = first_read(h, weights)
    h, f, state = layer(h, x, state, weights, tokens, 0, kept, combs)
    for i in range(1, LAYERS):
        weights = w[starts[i] : starts[i + 1]]
        h, x, state = next_read(h, f, state, weights)
        h, f, state = layer(h, x, state, weights, tokens, i, kept, combs)
    return collapse(write(h, f, state), w.hc_head, state)


def whole_sequences(w: List[Tensor], ids: Tensor, combs: Optional[List[Tensor]]) -> Tensor:
    # ids [B,S] -> [B * S,C]: sequences of equal length, each by itself from its first token to its last.
    rows, length = ids.size(0), ids.size(1)
    positions = torch.arange(length, device=ids.device).repeat([rows])
    views = annotate(List[PrefixView], [])
    prefixes = annotate(List[List[Tensor]], [])
    keep = annotate(List[Segment], [])
    tokens = prefill_pass(w.frequencies, positions, [Segment(0, rows, length)], views, prefixes, keep)
    return stack(w, ids.flatten(), tokens, annotate(List[Tensor], []), combs)


def logits(w: List[Tensor], h: Tensor) -> Tensor:
    # In float32 throughout: logits rounded to a half type would tie, and ties decide what is most likely.
    return linear(norm(h.to(FLOAT32), w.norm), w.lm_head)


def most_likely(z: Tensor) -> Tuple[Tensor, Tensor]:
    # The first of equals, and its margin over the second: not finite when a logit in front is not.
    best = z.argmax(-1, True)
    second = z.scatter(1, best, float("-inf")).amax([-1], False)
    return (best.squeeze(1), z.gather(1, best).squeeze(1) - second)
