# Products with matrices that may be in panels, as this project's own product reads them, or in the order in which oneDNN
# does. On some processors (AMD family 26, libtorch 2.7.1, 172 rows) oneDNN's is wrong, so each is tried first.


def linear(x: Tensor, matrix: Tensor, bias: Optional[Tensor] = None) -> Tensor:
    if matrix.dim() == 3:
        return panel_product(x, matrix, bias)
    if ops.prim.is_mkldnn(matrix):
        return ops.mkldnn._linear_pointwise(x, matrix, bias, "none", annotate(List[Optional[number]], []), "")
    return torch.linear(x, as_multiplied(matrix, x), bias)


def panels(matrix: Tensor) -> Tensor:
    # [N / P, K + 1, P], or the matrix itself where panels are not to be had.
    return matrix


def panel_product(x: Tensor, matrix: Tensor, bias: Optional[Tensor]) -> Tensor:
    rows = matrix.transpose(1, 2).flatten(0, 1)
    present = int(rows.select(1, rows.size(1) - 1).sum().item())
    return torch.linear(x, rows.narrow(1, 0, rows.size(1) - 1).narrow(0, 0, present), bias)


def pack(w: List[Tensor], multiplied: List[int]) -> int:
    # How many stay in rows, because their packed product is another one; copied too, so that no file is needed.
    left = 0
    for i in multiplied:
        packed = panels(w[i])
        if packed.dim() == 2 and (packed.dtype == FLOAT32 or ops.mkldnn._is_mkldnn_bf16_supported()):
            reordered = ops.mkldnn._reorder_linear_weight(packed)
            if multiplies_alike(packed, reordered):
                packed = reordered
            else:
                left = left + 1
        in_rows = packed.dim() == 2 and not ops.prim.is_mkldnn(packed)
        w[i] = torch.clone(packed) if in_rows else packed
    return left


def multiplies_alike(matrix: Tensor, packed: Tensor) -> bool:
    # One row and many take different ways through the engine. Results in bfloat16 are rounded by up to 2^-8 of themselves.
    for rows in [1, 64]:
        x = torch.linspace(-1, 1, rows * matrix.size(1), dtype=matrix.dtype, device=matrix.device)
        x = x.view([rows, matrix.size(1)])
        expected = torch.linear(x.to(FLOAT32), matrix.to(FLOAT32))
        got = linear(x, packed).to(FLOAT32)
        if bool(((got - expected).abs().max() > 5e-3 * expected.abs().max() + 1e-6).item()):
            return False
    return True
