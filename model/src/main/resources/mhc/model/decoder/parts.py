# Attention to two places becomes one by the logarithms of both. Masks are added to scores.


def merge_(o: Tensor, lse: Tensor, other: Tensor, other_lse: Tensor) -> Tensor:
    # o [T,H,V] and lse [T,H] become those over both parts, in their memory.
    share = torch.sigmoid(other_lse - lse).unsqueeze(-1)
    o.lerp_(other, share)
    lse.copy_(torch.logaddexp(lse, other_lse))
    return o


def mask_of(hidden: Tensor) -> Tensor:
    return torch.zeros(hidden.size(), dtype=FLOAT32, device=hidden.device).masked_fill_(hidden, float("-inf"))


def part_mask_of(hidden: Tensor) -> Tensor:
    # Very negative and not minus infinity: a part of which a query sees nothing then has weight 0 and no NaN.
    return torch.zeros(hidden.size(), dtype=FLOAT32, device=hidden.device).masked_fill_(hidden, -1e30)
