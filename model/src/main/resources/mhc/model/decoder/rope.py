# Rotary position embedding.


def angles(frequencies: Tensor, positions: Tensor) -> Tuple[Tensor, Tensor]:
    # positions [T] -> cos, sin [KINDS,1,T,R]
    half = positions.to(FLOAT32).unsqueeze(-1) * frequencies.view([KINDS, 1, 1, -1])
    full = torch.cat([half, half], -1)
    return (torch.cos(full), torch.sin(full))


def angles_in(tokens: Pass, windowed: bool) -> Tuple[Tensor, Tensor]:
    # cos, sin [1,1,T,R] of layers with or without a sliding window
    if KINDS == 1:
        return (tokens.cos, tokens.sin)
    kind = int(windowed)
    return (tokens.cos.narrow(0, kind, 1), tokens.sin.narrow(0, kind, 1))


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # x [1,H,T,R], cos and sin [1,1,T,R]; nobody reads x afterwards.
    return turned_(x, cos, sin, SCALE)


def turned_(x: Tensor, cos: Tensor, sin: Tensor, scale: float) -> Tensor:
    # Number i and number i + R/2 are a pair. Angles are float32 whatever x is. A kernel may write into the memory of x.
    half = x.size(-1) // 2
    turned = torch.cat([torch.neg(x.narrow(-1, half, half)), x.narrow(-1, 0, half)], -1)
    rotated = x * cos + turned * sin
    if scale != 1.0:
        rotated = rotated * scale
    return rotated.to(x.dtype)
