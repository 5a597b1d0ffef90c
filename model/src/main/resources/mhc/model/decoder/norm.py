# Root mean square norms.


def rms(x: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt((x * x).mean([-1], True) + eps)


def rms_normed(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    # In float32, as the weight is; rounded once.
    return (weight * rms(x.to(FLOAT32), eps)).to(x.dtype)


def normed(x: Tensor, weight: Optional[Tensor], eps: float) -> Tensor:
    if weight is not None:
        x = rms_normed(x, weight, eps)
    return x
