# DeepSeekMoE: a router picks a few of many small experts for each token. w: the weights of a layer's feed-forward, which is
# dense in the leading layers.


def limited(choice: Tensor) -> Tensor:
    # A group's score is the sum of its best; experts of other groups cannot be chosen.
    grouped = choice.view([choice.size(0), GROUPS, -1])
    best = torch.topk(torch.topk(grouped, GROUP_TOP, -1)[0].sum([-1], False), CHOSEN_GROUPS, -1)[1]
    out = torch.ones([choice.size(0), GROUPS], dtype=BOOL, device=choice.device).scatter(1, best, False)
    return torch.masked_fill(grouped, out.unsqueeze(-1), float("-inf")).flatten(1)


def route(x: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor]:
    # x [T,C] -> experts [T,k], weights [T,k]; all in float32
    z = linear(x.to(FLOAT32), w.gate)
    if SIGMOID:
        scores = torch.sigmoid(z)
    else:
        scores = torch.softmax(z, -1)
    choice = scores
    if CORRECTED:
        choice = scores + w.e_score_correction_bias
    if LIMITED:
        choice = limited(choice)
    experts = torch.topk(choice, CHOSEN, -1)[1]
    weights = scores.gather(1, experts)
    if NORMALISED:
        weights = weights / (weights.sum([-1], True) + 1e-20)
    return (experts, weights * SCALING)


def feed_forward(x: Tensor, w: List[Tensor]) -> Tensor:
    if len(w) == 3:
        return gated(x, w)
    experts, weights = route(x, w)
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
