# Matrices of which some are held as their file stores them: each row its numbers of 8 or 4 bits, then the bytes of its scales.


def as_multiplied(matrix: Tensor, x: Tensor) -> Tensor:
    if matrix.dtype == UINT8:
        return expanded(matrix, x.size(-1)).to(x.dtype)
    return matrix


def expanded(matrix: Tensor, columns: int) -> Tensor:
    # bytes [R,..] -> [R,columns] in float32
    if matrix.size(1) < columns:
        return four_bits(matrix.narrow(1, 0, columns // 2), matrix.narrow(1, columns // 2, matrix.size(1) - columns // 2))
    numbers = torch.view_copy(matrix.narrow(1, 0, columns).contiguous(), dtype=FLOAT8)
    scales = matrix.narrow(1, columns, matrix.size(1) - columns).contiguous()
    each = torch.repeat_interleave(torch.view_copy(scales, dtype=FLOAT32), BLOCK_COLUMNS, 1)
    return numbers.to(FLOAT32) * each.narrow(1, 0, columns)


def four_bits(codes: Tensor, scales: Tensor) -> Tensor:
    # Two numbers (E2M1) to a byte, the low half first, and a power of two (E8M0) for each run of them.
    half = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0]
    table = torch.tensor(half, dtype=FLOAT32, device=codes.device)
    byte = torch.arange(256, device=codes.device)
    pairs = torch.stack([table[torch.remainder(byte, 16)], table[torch.floor_divide(byte, 16)]], -1)
    powers = torch.pow(2.0, byte.to(FLOAT64) - 127).to(FLOAT32)
    x = pairs.index_select(0, codes.flatten().to(INT32)).view([codes.size(0), 2 * codes.size(1)])
    each = powers.index_select(0, scales.flatten().to(INT32)).view(scales.size())
    return x * torch.repeat_interleave(each, RUN_COLUMNS, 1).narrow(1, 0, x.size(1))
