# A feed-forward that is the same for every token.


def feed_forward(x: Tensor, w: List[Tensor], ids: Tensor) -> Tensor:
    return gated(x, w)
