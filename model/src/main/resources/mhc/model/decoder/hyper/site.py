# A site that reads with the coefficients computed from the streams it reads. w: its weights.


def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    pre, post, comb = coefficients(h, w)
    return (normed(hc_apply_pre(h, pre), norm_w, NORM_EPS), [post, comb])


def write_read(
    h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    h = write(h, f, state)
    x, state = read(h, w, norm_w, state)
    return (h, x, state)
