# Attention to one place and its logarithms.


def scaled_dot_product(
    q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float
) -> Tuple[Tensor, Tensor]:
    # q [B,H,S,D], k [B,H,K,D], v [B,H,K,V] -> [B,H,S,V], [B,H,S] in float32
    # On a GPU the engine's memory-efficient kernel gives both in any type; its logarithms come padded to a multiple of 32
    # queries, it wants widths in whole groups of 8 and no mask of our shapes.
    if not q.is_cuda and v.size(3) == k.size(3):
        return attended(q, k, v, mask, causal, scale)
    if q.is_cuda and mask is None and q.size(3) % 8 == 0 and v.size(3) % 8 == 0:
        o, lse, seed, offset = torch._scaled_dot_product_efficient_attention(
            q, k, v, None, True, 0.0, causal, scale=scale
        )
        return (o, lse.narrow(2, 0, q.size(2)))
    return scaled_dot_product_in_blocks(q, k, v, mask, causal, scale, SCORES_BLOCK)


def attended(
    q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float
) -> Tuple[Tensor, Tensor]:
    return torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, attn_mask=mask, scale=scale)


def bounded(scores: Tensor) -> Tensor:
    return scores
