# The KV cache of a pass: what each layer keeps of a token, as tensors [rows, heads, tokens, width].


def append(cache: List[Tensor], fresh: List[Tensor], lengths: Tensor, longest: int) -> List[Tensor]:
    # Writes each row's one new token behind its length, in place.
    kv = annotate(List[Tensor], [])
    for i in range(len(cache)):
        part = fresh[i].transpose(0, 2)
        rows = cache[i].narrow(0, 0, part.size(0))
        kv.append(write_tokens_(rows, part, lengths).narrow(2, 0, longest))
    return kv


def write_tokens_(rows: Tensor, part: Tensor, lengths: Tensor) -> Tensor:
    # part [T,H,1,D] becomes token lengths[t] of each row t of rows [T,H,K,D], in their memory.
    return rows.scatter_(2, lengths.view([-1, 1, 1, 1]).expand(part.size()), part)


def allocate_rows(cache: List[Tensor], like: List[Tensor], rows: int, capacity: int) -> List[Tensor]:
    # For rows that decode; zeros behind what is held, because a hidden key still takes part with weight 0.
    allocated = annotate(List[Tensor], [])
    for i in range(len(like)):
        shape = [rows, like[i].size(1), places_of(i, capacity), like[i].size(3)]
        if len(cache) == 0:
            allocated.append(torch.zeros(shape, dtype=like[i].dtype, device=like[i].device))
        else:
            wide = torch.empty(shape, dtype=like[i].dtype, device=like[i].device)
            held = cache[i].narrow(0, 0, min(rows, cache[i].size(0)))
            count, tokens = held.size(0), held.size(2)
            wide.narrow(0, 0, count).narrow(2, 0, tokens).copy_(held)
            wide.narrow(0, 0, count).narrow(2, tokens, shape[2] - tokens).zero_()
            wide.narrow(0, count, rows - count).zero_()
            allocated.append(wide)
    return allocated


def by_segment(kept: List[Tensor], segments: int) -> List[List[Tensor]]:
    # From [layer][segment][tensor] to [segment][layer and tensor].
    caches = annotate(List[List[Tensor]], [])
    for s in range(segments):
        cache = annotate(List[Tensor], [])
        for l in range(LAYERS):
            for t in range(CACHE_TENSORS):
                cache.append(kept[(l * segments + s) * CACHE_TENSORS + t])
        caches.append(cache)
    return caches
