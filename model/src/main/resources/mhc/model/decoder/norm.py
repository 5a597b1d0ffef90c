# Root mean square norms.


def rms(x: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt((x * x).mean([-1], True) + eps)


def normed(x: Tensor, weight: Optional[Tensor], eps: float) -> Tensor:
    # In float32, as the weight is; rounded once.
    if weight is not None:
        x = (weight * rms(x.to(FLOAT32), eps)).to(x.dtype)
    return x
