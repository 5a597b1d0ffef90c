# The rows of a batch that decodes, as tensors [rows, heads, tokens, width].


def places_of(index: int, tokens: int) -> int:
    # Of a row with so many tokens, in a tensor of the cache
    return tokens


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
