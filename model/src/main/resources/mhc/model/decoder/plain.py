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
    if norm_w is None:
        h = h + f
        x = h
    else:
        h, x = add_normed_(h, f, norm_w, NORM_EPS)
    return (h, x, state)


def add_normed_(h: Tensor, f: Tensor, weight: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
    # Nobody reads h afterwards: a kernel may write into its memory.
    h = h + f
    return (h, rms_normed(h, weight, eps))


def collapse(h: Tensor, w: List[Tensor], before: List[Tensor]) -> Tensor:
    return h
