# Streams become one by a learned weighted sum. w: the weights of the merge.


def hc_head(h: Tensor, fn: Tensor, scale: Tensor, base: Tensor, norm_eps: float, hc_eps: float) -> Tensor:
    mix = torch.linear(rms(h.flatten(1).to(fn.dtype), norm_eps), fn)
    return hc_apply_pre(h, torch.sigmoid(scale * mix + base) + hc_eps)


def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
    return hc_head(h, w.hc_fn, w.hc_scale, w.hc_base, NORM_EPS, HC_EPS)
