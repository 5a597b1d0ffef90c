# mHC's coefficients: the stream matrix is (nearly) doubly stochastic (arXiv 2512.24880 Eq. 7-9, eps as in DeepSeek-V4).


def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # [T, 2n + n*n]: pre | post | comb, from the root mean square over all n*C
    return torch.linear(rms(h.flatten(1).to(fn.dtype), norm_eps), fn)


def sinkhorn(logits: Tensor, iters: int, eps: float) -> Tensor:
    if eps == 0.0:
        # In logs: e^x is 0 in float32 where x is 104 below its row's largest, and a column of such 0 / 0.
        for i in range(iters):
            logits = torch.log_softmax(torch.log_softmax(logits, -1), -2)
        return torch.exp(logits)
    comb = torch.softmax(logits, -1) + eps
    comb = comb / (comb.sum([-2], True) + eps)
    for i in range(iters - 1):
        comb = comb / (comb.sum([-1], True) + eps)
        comb = comb / (comb.sum([-2], True) + eps)
    return comb


def hc_coeffs(
    mix: Tensor, scale: Tensor, base: Tensor, n: int, iters: int, hc_eps: float, post_mult: float
) -> Tuple[Tensor, Tensor, Tensor]:
    pre = torch.sigmoid(scale[0] * mix.narrow(1, 0, n) + base.narrow(0, 0, n)) + hc_eps
    post = post_mult * torch.sigmoid(scale[1] * mix.narrow(1, n, n) + base.narrow(0, n, n))
    logits = scale[2] * mix.narrow(1, 2 * n, n * n) + base.narrow(0, 2 * n, n * n)
    return (pre, post, sinkhorn(logits.view([-1, n, n]), iters, hc_eps))


def coefficients_of(mix: Tensor, scale: Tensor, base: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return hc_coeffs(mix, scale, base, STREAMS, ITERATIONS, HC_EPS, 2.0)


def no_mix(base: Tensor) -> Tensor:
    return torch.zeros([1, base.size(0)], dtype=base.dtype, device=base.device)


def hc_pre(
    h: Tensor,
    fn: Tensor,
    scale: Tensor,
    base: Tensor,
    norm_w: Optional[Tensor],
    n: int,
    iters: int,
    norm_eps: float,
    hc_eps: float,
    post_mult: float,
) -> Tuple[Tensor, Tensor, Tensor]:
    mix = hc_mix(h, fn, norm_eps)
    pre, post, comb = hc_coeffs(mix, scale, base, n, iters, hc_eps, post_mult)
    return (normed(hc_apply_pre(h, pre), norm_w, norm_eps), post, comb)


def hc_post_pre(
    f: Tensor,
    h: Tensor,
    post: Tensor,
    comb: Tensor,
    fn: Tensor,
    scale: Tensor,
    base: Tensor,
    norm_w: Optional[Tensor],
    iters: int,
    norm_eps: float,
    hc_eps: float,
    post_mult: float,
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    h = hc_post(f, h, post, comb)
    y, post, comb = hc_pre(h, fn, scale, base, norm_w, h.size(1), iters, norm_eps, hc_eps, post_mult)
    return (h, y, post, comb)


def hc_post_pre_(
    f: Tensor,
    h: Tensor,
    post: Tensor,
    comb: Tensor,
    fn: Tensor,
    scale: Tensor,
    base: Tensor,
    norm_w: Optional[Tensor],
    iters: int,
    norm_eps: float,
    hc_eps: float,
    post_mult: float,
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    # Nobody reads h afterwards: a kernel may write into its memory.
    return hc_post_pre(f, h, post, comb, fn, scale, base, norm_w, iters, norm_eps, hc_eps, post_mult)
