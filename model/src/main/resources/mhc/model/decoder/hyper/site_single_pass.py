# A site that reads with the weights that the site before computed (DeepSeek-V4.1's single-pass mHC); the first reads stream
# 0. w: its weights.


def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    pre, post, comb = coefficients(h, w)
    if len(before) == 0:
        x = h.select(1, 0)
    else:
        x = hc_apply_pre(h, before[2])
    return (normed(x, norm_w, NORM_EPS), [post, comb, pre])


def write_read(
    h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    h = write(h, f, state)
    x, state = read(h, w, norm_w, state)
    return (h, x, state)
