# Rotary embedding of the last channels, in pairs of neighbours: layers without compression turn by other angles than those
# with it. The frequencies of a pass are those of both, one after the other.


def ratio_of(layer: int) -> int:
    # Tokens of one entry, or 0
    return RATIOS[layer]


def has_indexer(layer: int) -> bool:
    return INDEXED[layer]


def angles_of(tokens: Pass, layer: int) -> Tuple[Tensor, Tensor]:
    # cos, sin [T,R/2]
    kind = int(ratio_of(layer) > 0)
    return (tokens.cos[kind, 0].narrow(1, 0, PAIRS), tokens.sin[kind, 0].narrow(1, 0, PAIRS))


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # x [..,D], cos and sin [..,R/2]
    plain = x.size(-1) - 2 * PAIRS
    pairs = x.narrow(-1, plain, 2 * PAIRS).to(FLOAT32).unflatten(-1, [-1, 2])
    a, b = pairs.select(-1, 0), pairs.select(-1, 1)
    turned = torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)
    return torch.cat([x.narrow(-1, 0, plain), turned.to(x.dtype)], -1)
