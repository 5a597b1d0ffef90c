# n residual streams h [T,n,C]: what all kinds of hyper-connections share.


def expand(e: Tensor) -> Tensor:
    return e.unsqueeze(1).repeat([1, STREAMS, 1])


def hc_apply_pre(h: Tensor, pre: Tensor) -> Tensor:
    # pre [T,n] -> [T,C]
    return (pre.unsqueeze(-1) * h).sum([1], False).to(h.dtype)


def hc_post(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
    # f [T,C], post [T,n], comb [T,n,n] (index [in, out]) -> [T,n,C]
    mixed = torch.matmul(comb.transpose(1, 2), h.to(comb.dtype))
    return (post.unsqueeze(-1) * f.unsqueeze(1) + mixed).to(h.dtype)


def hc_post_(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
    # Nobody reads h afterwards: a kernel may write into its memory.
    return hc_post(f, h, post, comb)


def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
    return hc_post_(f, h, state[0], state[1])
