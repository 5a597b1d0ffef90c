# Coefficients that depend on the token. w: the weights of one site.


def coefficients(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    # -> pre [T,n], post [T,n], comb [T,n,n] (index [in, out])
    return coefficients_of(hc_mix(h, w.fn, NORM_EPS), w.scale, w.base)
