# What a layer keeps of a sequence, as tensors [rows,1,..,width]: the vectors of the last tokens, the entries, and what the
# compressor has read of tokens whose entries are still to come; the last two again for the indexer. Of a node these are its last
# tokens' vectors and the entries of the runs that end in it; what is still to come is kept whole, so that a sequence goes on from
# the node that it forks at. A row that decodes has places for a window of vectors, written round and round, as it has for what
# the compressor reads, and as many for entries as its tokens can close.


def places_of(index: int, tokens: int) -> int:
    # Of a row with so many tokens, in a tensor of the cache
    layer, part = index // CACHE_TENSORS, index % CACHE_TENSORS
    ratio = ratio_of(layer)
    if part == 0:
        return WINDOW
    if ratio == 0:
        return 0
    if part == 1 or part == 3:
        return tokens // ratio + 1
    if has_indexer(layer):
        return 2 * ratio
    return ratio


def fill_row(
    cache: List[Tensor], row: int, parts: List[List[Tensor]], lengths: List[int], end: List[Tensor], position: int
) -> int:
    for i in range(len(cache)):
        target = cache[i].select(0, row).select(0, 0)
        part = i % CACHE_TENSORS
        if part == 2 or part == 4:
            write_round(target, end[i].select(0, 0).select(0, 0), position)
        at = 0
        for p in range(len(parts)):
            held = parts[p][i].select(0, 0).select(0, 0)
            if part == 0:
                at = at + lengths[p]
                write_round(target, held, at)
            elif part == 1 or part == 3:
                target.narrow(0, at, held.size(0)).copy_(held)
                at = at + held.size(0)
    return position


def write_round(target: Tensor, held: Tensor, end: int) -> int:
    # The last tokens before one, each at its number modulo the places.
    if held.size(0) > 0:
        places = torch.remainder(torch.arange(end - held.size(0), end, device=held.device), target.size(0))
        target.index_copy_(0, places, held)
    return end


def move_row(cache: List[Tensor], source: int, target: int, count: int) -> int:
    for c in cache:
        c.select(0, target).copy_(c.select(0, source))
    return count


def states_above(
    tokens: Pass, here: Dict[int, List[Tensor]], query: int, queries: int, first: int
) -> List[List[Tensor]]:
    # What a layer keeps of each prefix of some queries, in their order.
    states = annotate(List[List[Tensor]], [])
    for view in tokens.views:
        if view.first_query <= query and query + queries <= view.first_query + view.queries:
            if view.source < 0:
                states.append(here[view.first_key])
            else:
                states.append(tokens.prefixes[view.source][first : first + CACHE_TENSORS])
    return states


def vectors_above(states: List[List[Tensor]], count: int, own: Tensor) -> Tensor:
    # The last vectors before a sequence's own, at most so many, and these [K,D]
    parts = [own]
    for i in range(len(states)):
        vectors = states[len(states) - 1 - i][0].select(0, 0).select(0, 0)
        taken = min(count, vectors.size(0))
        if taken > 0:
            parts.insert(0, vectors.narrow(0, vectors.size(0) - taken, taken))
            count = count - taken
    if len(parts) == 1:
        return own
    return torch.cat(parts, 0)


def entries_above(states: List[List[Tensor]], part: int, own: Tensor) -> Tensor:
    # All entries of a sequence [W,D]
    if len(states) == 0:
        return own
    parts = [state[part].select(0, 0).select(0, 0) for state in states]
    parts.append(own)
    return torch.cat(parts, 0)


def state_of(
    fresh: List[Tensor],
    above: List[List[Tensor]],
    at: int,
    length: int,
    position: int,
    w: List[Tensor],
    layer: int,
) -> List[Tensor]:
    # What is kept of a node's tokens, at .. at + length of the pass and from a position of their sequence on
    ratio = ratio_of(layer)
    last = min(length, WINDOW - 1)
    state = [fresh[0].narrow(0, at + length - last, last)]
    widths = [HEAD_WIDTH, INDEX_WIDTH]
    for i in range(2):
        read = fresh[i + 1].narrow(0, at, length)
        if read.size(1) == 0:
            state.extend([read.narrow(0, 0, 0).to(fresh[0].dtype), read.narrow(0, 0, 0)])
        else:
            before = read.narrow(0, 0, 0)
            if len(above) > 0:
                before = above[-1][2 * i + 2].select(0, 0).select(0, 0)
            entries, rest = closed_runs(before, read, position, ratio, widths[i], norm_of(w, i))
            state.extend([entries.to(fresh[0].dtype), rest])
    return [part[None, None] for part in state]
