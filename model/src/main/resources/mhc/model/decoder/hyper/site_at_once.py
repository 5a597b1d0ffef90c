# The same in calls that one kernel can take the place of. w: its weights.


def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    x, post, comb = hc_pre(h, w.fn, w.scale, w.base, norm_w, STREAMS, ITERATIONS, NORM_EPS, HC_EPS, 2.0)
    return (x, [post, comb])


def write_read(
    h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    h, x, post, comb = hc_post_pre_(
        f, h, state[0], state[1], w.fn, w.scale, w.base, norm_w, ITERATIONS, NORM_EPS, HC_EPS, 2.0
    )
    return (h, x, [post, comb])
