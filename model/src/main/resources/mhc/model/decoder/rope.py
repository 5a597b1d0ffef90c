# Rotary position embedding.


def angles(frequencies: Tensor, positions: Tensor) -> Tuple[Tensor, Tensor]:
    # positions [T] -> cos, sin [1,1,T,R]
    half = positions.unsqueeze(0).to(FLOAT32).unsqueeze(-1) * frequencies
    full = torch.cat([half, half], -1).unsqueeze(1)
    return (torch.cos(full), torch.sin(full))


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
