# The identity residual: h + f(norm h), h [T,C].


def expand(e: Tensor) -> Tensor:
    return e


def read(h: Tensor, w: List[Tensor], norm_w: Optional[Tensor], before: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return (normed(h, norm_w, NORM_EPS), annotate(List[Tensor], []))


def write(h: Tensor, f: Tensor, state: List[Tensor]) -> Tensor:
    return h + f


def write_read(
    h: Tensor, f: Tensor, state: List[Tensor], w: List[Tensor], norm_w: Optional[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    h = h + f
    return (h, normed(h, norm_w, NORM_EPS), state)


def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
    return h
