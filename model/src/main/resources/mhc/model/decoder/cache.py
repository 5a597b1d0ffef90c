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
    # For rows that decode; zeros, because a hidden key still takes part with weight 0.
    allocated = annotate(List[Tensor], [])
    for i in range(len(like)):
        shape = [rows, like[i].size(1), places_of(i, capacity), like[i].size(3)]
        wide = torch.zeros(shape, dtype=like[i].dtype, device=like[i].device)
        if len(cache) > 0:
            held = cache[i].narrow(0, 0, min(rows, cache[i].size(0)))
            wide.narrow(0, 0, held.size(0)).narrow(2, 0, held.size(2)).copy_(held)
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
