# The coefficients of hyper-connections (arXiv 2409.19606, as restated in arXiv 2512.24880 Eq. 5).


def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # [T, n(in), 2 + n]: pre | post | comb row, from the root mean square of each stream
    # Nothing bounds these numbers: where they nearly cancel, a rounding in them grows to a thousandfold. They are therefore
    # computed in float64, unless the streams are of a half type, and rounded once. On a CPU few tokens at a time, whose wide
    # copies stay near it.
    if h.dtype != FLOAT32:
        return mix_of(h.to(FLOAT32), fn, norm_eps)
    fn = fn.to(FLOAT64)
    if h.is_cuda or h.size(0) <= 64:
        return mix_of(h.to(FLOAT64), fn, norm_eps)
    mixes = annotate(List[Tensor], [])
    for part in torch.split(h, 64):
        mixes.append(mix_of(part.to(FLOAT64), fn, norm_eps))
    return torch.cat(mixes, 0)


def mix_of(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    norm = torch.rsqrt((h * h).mean([-1], True) + norm_eps)
    return torch.tanh(torch.linear(h, fn) * norm)


def hc_coeffs(mix: Tensor, scale: Tensor, base: Tensor, n: int) -> Tuple[Tensor, Tensor, Tensor]:
    pre = scale[0] * mix.select(2, 0) + base.narrow(0, 0, n)
    post = scale[1] * mix.select(2, 1) + base.narrow(0, n, n)
    comb = scale[2] * mix.narrow(2, 2, n) + base.narrow(0, 2 * n, n * n).view([n, n])
    return (pre.to(FLOAT32), post.to(FLOAT32), comb.to(FLOAT32))


def coefficients_of(mix: Tensor, scale: Tensor, base: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return hc_coeffs(mix, scale, base, STREAMS)


def no_mix(base: Tensor) -> Tensor:
    return torch.zeros([1, STREAMS, 2 + STREAMS], dtype=base.dtype, device=base.device)
