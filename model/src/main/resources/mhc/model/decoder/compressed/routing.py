# DeepSeek-V4's router: experts by a fixed table of token ids in the first layers, by scores in the others, and weights by
# scores in all. w: the weights of a layer's feed-forward.


def route(x: Tensor, w: List[Tensor], ids: Tensor) -> Tuple[Tensor, Tensor]:
    # x [T,C], ids [T] -> experts [T,k], weights [T,k]; all in float32
    scores = torch.sqrt(torch.softplus(linear(x.to(FLOAT32), w.gate)))
    choice = w.choice
    if choice.dtype == INT64:
        experts = choice.index_select(0, ids)
    else:
        experts = torch.topk(scores + choice, CHOSEN, -1)[1]
    weights = scores.gather(1, experts)
    return (experts, weights / (weights.sum([-1], True) + 1e-20) * SCALING)
