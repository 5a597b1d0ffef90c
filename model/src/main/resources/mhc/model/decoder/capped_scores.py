# Attention to one place and its logarithms where scores are bounded, which no kernel of the engine does.


def scaled_dot_product(
    q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float
) -> Tuple[Tensor, Tensor]:
    # q [B,H,S,D], k [B,H,K,D], v [B,H,K,V] -> [B,H,S,V], [B,H,S] in float32
    return scaled_dot_product_in_blocks(q, k, v, mask, causal, scale, SCORES_BLOCK)


def bounded(scores: Tensor) -> Tensor:
    return torch.tanh(scores / SCORE_CAP) * SCORE_CAP
