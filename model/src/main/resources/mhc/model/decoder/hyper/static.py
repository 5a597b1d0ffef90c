# Coefficients that are the same for every token. w: the weights of one site.


def coefficients(h: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    # -> pre [T,n], post [T,n], comb [T,n,n] (index [in, out])
    base = w.base
    # What scales no mix may be any three numbers.
    pre, post, comb = coefficients_of(no_mix(base), base.narrow(0, 0, 3), base)
    tokens = h.size(0)
    return (pre.expand([tokens, -1]), post.expand([tokens, -1]), comb.expand([tokens, -1, -1]))
