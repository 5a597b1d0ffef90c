# A gated feed-forward whose gate is bounded above and whose other branch on both sides. w: its three matrices.


def gated(x: Tensor, w: List[Tensor]) -> Tensor:
    gate = torch.silu(torch.clamp_max(linear(x, w.gate), LIMIT))
    return linear(gate * torch.clamp(linear(x, w.up), -LIMIT, LIMIT), w.down)
