# DeepSeekMoE: a router picks a few of many small experts for each token. w: the weights of a layer's feed-forward, which is
# dense in the leading layers.


def feed_forward(x: Tensor, w: List[Tensor], ids: Tensor) -> Tensor:
    if len(w) == 3:
        return gated(x, w)
    experts, weights = route(x, w, ids)
    if SHARED:
        out = gated(x, w.shared_experts)
    else:
        out = torch.zeros_like(x)
    # Tokens stand together by expert, so that each expert runs once, over its tokens alone.
    flat = experts.flatten()
    order = torch.argsort(flat)
    counts = annotate(List[int], torch.bincount(flat, None, EXPERTS).cpu().tolist())
    token = torch.floor_divide(order, CHOSEN)
    weight = weights.flatten().index_select(0, order).unsqueeze(1)
    matrices = w.experts
    start = 0
    for i in range(EXPERTS):
        count = counts[i]
        if count > 0:
            rows = token.narrow(0, start, count)
            y = gated(x.index_select(0, rows), matrices[3 * i : 3 * i + 3])
            out.index_add_(0, rows, (y * weight.narrow(0, start, count)).to(out.dtype))
            start += count
    return out
