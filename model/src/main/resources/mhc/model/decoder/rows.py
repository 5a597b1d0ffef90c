# The rows of a batch that decodes, as tensors [rows, heads, tokens, width].


def allocate_rows(cache: List[Tensor], like: List[Tensor], rows: int, capacity: int) -> List[Tensor]:
    # Zeros, because a hidden key still takes part with weight 0.
    allocated = annotate(List[Tensor], [])
    for i in range(len(like)):
        shape = [rows, like[i].size(1), capacity, like[i].size(3)]
        wide = torch.zeros(shape, dtype=like[i].dtype, device=like[i].device)
        if len(cache) > 0:
            held = cache[i].narrow(0, 0, min(rows, cache[i].size(0)))
            wide.narrow(0, 0, held.size(0)).narrow(2, 0, held.size(2)).copy_(held)
        allocated.append(wide)
    return allocated


def fill_row(
    cache: List[Tensor], row: int, parts: List[List[Tensor]], lengths: List[int], end: List[Tensor], position: int
) -> int:
    # Keys and values depend on nothing but their tokens: where the sequence stands plays no part.
    at = 0
    for p in range(len(parts)):
        for i in range(len(cache)):
            cache[i].narrow(0, row, 1).narrow(2, at, lengths[p]).copy_(parts[p][i])
        at = at + lengths[p]
    return at


def move_row(cache: List[Tensor], source: int, target: int, count: int) -> int:
    for c in cache:
        c.select(0, target).narrow(1, 0, count).copy_(c.select(0, source).narrow(1, 0, count))
    return count
