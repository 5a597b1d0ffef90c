# One layer: attention and feed-forward, each a site of the residual connection. w: the weights of the layer.


def first_read(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    # What the attention of the first layer reads.
    return read(h, w.attn_hc, w.attention_norm_before, annotate(List[Tensor], []))


def next_read(h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor]) -> Tuple[Tensor, Tensor, List[Tensor]]:
    # From the feed-forward of the layer before to the attention of this one.
    return write_read(h, f, state, w.attn_hc, w.attention_norm_before)


def layer(
    h: Tensor,
    x: Tensor,
    state: List[Tensor],
    w: List[Tensor],
    tokens: Pass,
    index: int,
    kept: List[Tensor],
    combs: Optional[List[Tensor]],
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    # From what the attention reads to what the feed-forward is to write.
    if combs is not None:
        combs.extend(state[1:2])
    f = normed(self_attention(x, w.self_attn, tokens, index, kept), w.attention_norm_behind, NORM_EPS)
    h, x, state = write_read(h, f, state, w.ffn_hc, w.feed_forward_norm_before)
    if combs is not None:
        combs.extend(state[1:2])
    return (h, normed(feed_forward(x, w.mlp, tokens.ids), w.feed_forward_norm_behind, NORM_EPS), state)


def site_read(h: Tensor, w: List[Tensor], site: int) -> Tuple[Tensor, List[Tensor]]:
    # What a sublayer reads, 0 the attention and 1 the feed-forward, before its norm.
    none = annotate(List[Tensor], [])
    if site == 0:
        return read(h, w.attn_hc, None, none)
    return read(h, w.ffn_hc, None, none)


def site_norm(x: Tensor, w: List[Tensor], site: int) -> Tensor:
    if site == 0:
        return normed(x, w.attention_norm_before, NORM_EPS)
    return normed(x, w.feed_forward_norm_before, NORM_EPS)


def sublayer(x: Tensor, w: List[Tensor], site: int, tokens: Pass, layer: int) -> Tensor:
    if site == 0:
        f = self_attention(x, w.self_attn, tokens, layer, annotate(List[Tensor], []))
        return normed(f, w.attention_norm_behind, NORM_EPS)
    return normed(feed_forward(x, w.mlp, tokens.ids), w.feed_forward_norm_behind, NORM_EPS)
