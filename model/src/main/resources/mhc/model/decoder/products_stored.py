# Products with matrices as they are stored.


def linear(x: Tensor, matrix: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    return torch.linear(x, as_multiplied(matrix, x), bias)


def pack(w: List[Tensor], multiplied: List[int]) -> int:
    return 0
