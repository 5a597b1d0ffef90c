# In place of the decoder's functions of the same names, as streams.py.


def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # Divided by the norm at the end (arXiv 2512.24880 Eq. 14-16).
    x = h.flatten(1).to(fn.dtype)
    return torch.linear(x, fn) * torch.rsqrt(torch.linalg_vector_norm(x, 2, [-1], True) ** 2 / x.size(-1) + norm_eps)


def sinkhorn(logits: Tensor, iters: int, eps: float) -> Tensor:
    # By the factors of rows and columns, tokens last: sums over streams add whole vectors, and few large tensors wait for the
    # gradient. [T,n,n] -> [T,n,n]
    k = torch.softmax(torch.contiguous(logits.permute([1, 2, 0])), 1) + eps
    column = torch.reciprocal(k.sum([0], False) + eps)
    row = torch.ones_like(column)
    for i in range(iters - 1):
        row = row * torch.reciprocal(row * (k * column.unsqueeze(0)).sum([1], False) + eps)
        column = column * torch.reciprocal(column * (k * row.unsqueeze(1)).sum([0], False) + eps)
    return (k * row.unsqueeze(1) * column.unsqueeze(0)).permute([2, 0, 1])
