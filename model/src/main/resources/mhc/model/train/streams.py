# In place of the decoder's functions of the same names, whose gradients take many small operations: the same by few large ones.


def hc_apply_pre(h: Tensor, pre: Tensor) -> Tensor:
    return torch.bmm(pre.unsqueeze(1), h).squeeze(1)


def hc_post(f: Tensor, h: Tensor, post: Tensor, comb: Tensor) -> Tensor:
    # One product [T,n,n+1] x [T,n+1,C] of streams and sublayer.
    weights = torch.cat([comb, post.unsqueeze(1)], 1).transpose(1, 2)
    return torch.bmm(weights, torch.cat([h, f.unsqueeze(1)], 1))
