# DeepSeekMoE's router: a few experts for each token, by scores. w: the weights of a layer's feed-forward.


def limited(choice: Tensor) -> Tensor:
    # A group's score is the sum of its best; experts of other groups cannot be chosen.
    grouped = choice.view([choice.size(0), GROUPS, -1])
    best = torch.topk(torch.topk(grouped, GROUP_TOP, -1)[0].sum([-1], False), CHOSEN_GROUPS, -1)[1]
    out = torch.ones([choice.size(0), GROUPS], dtype=BOOL, device=choice.device).scatter(1, best, False)
    return torch.masked_fill(grouped, out.unsqueeze(-1), float("-inf")).flatten(1)


def route(x: Tensor, w: List[Tensor], ids: Tensor) -> Tuple[Tensor, Tensor]:
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
