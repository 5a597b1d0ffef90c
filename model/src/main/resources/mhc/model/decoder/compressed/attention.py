# DeepSeek-V4's attention: keys and values are one vector per token, and beyond a sliding window one entry stands for a run of
# tokens. Each sequence of a pass is computed by itself, behind the state of the prefixes that it continues, so that where it
# was cut before plays no part. w: the weights of a layer's attention.


def self_attention(x: Tensor, w: List[Tensor], tokens: Pass, layer: int, kept: List[Tensor]) -> Tensor:
    # x [T,C] -> [T,C]; kept receives the state to keep
    cos, sin = angles_of(tokens, layer)
    latent = norm(linear(x, w.wq_a), w.q_norm)
    q = linear(latent, w.wq_b).view([-1, HEADS, HEAD_WIDTH])
    q = rotated(rms(q.to(FLOAT32), NORM_EPS).to(x.dtype), cos.unsqueeze(1), sin.unsqueeze(1))
    vectors = rotated(norm(linear(x, w.wkv), w.kv_norm), cos, sin)
    fresh = [vectors, nothing_of(x), nothing_of(x)]
    index = annotate(List[Tensor], [])
    if ratio_of(layer) > 0:
        fresh[1] = read_by_compressor(x, tokens.positions, w.compressor, ratio_of(layer))
    if has_indexer(layer):
        fresh[2] = read_by_compressor(x, tokens.positions, indexer_compressor(w.indexer), ratio_of(layer))
        index = index_queries(x, latent, w.indexer, cos, sin)
    rows = tokens.rows
    if rows is None:
        o = attend_nodes(q, index, fresh, tokens, w, layer, kept)
    else:
        o = attend_rows(q, index, fresh, tokens, rows, w, layer)
    o = rotated(o, cos.unsqueeze(1), torch.neg(sin).unsqueeze(1))
    return combined(o.to(x.dtype), w)


def nothing_of(x: Tensor) -> Tensor:
    # [T,0], where a layer has no such state
    return torch.zeros([x.size(0), 0], dtype=FLOAT32, device=x.device)


def norm_of(w: List[Tensor], compressor: int) -> Tensor:
    # 0 the attention's, 1 the indexer's
    if compressor == 0:
        return compressor_norm(w.compressor)
    return compressor_norm(indexer_compressor(w.indexer))


def attend_nodes(
    q: Tensor,
    index: List[Tensor],
    fresh: List[Tensor],
    tokens: Pass,
    w: List[Tensor],
    layer: int,
    kept: List[Tensor],
) -> Tensor:
    # The tokens of a pass, each node by itself and behind those that it continues -> [T,H,D]
    outs = annotate(List[Tensor], [])
    states = annotate(Dict[int, List[Tensor]], {})
    for segment in tokens.segments:
        for r in range(segment.rows):
            at = segment.first_token + r * segment.length
            position = 0
            for view in tokens.views:
                if view.first_query <= at and at < view.first_query + view.queries:
                    position = position + view.keys
            above = states_above(tokens, states, at, segment.length, layer * CACHE_TENSORS)
            state = state_of(fresh, above, at, segment.length, position, w, layer)
            states[at] = state
            keys = vectors_above(above, WINDOW - 1, fresh[0].narrow(0, at, segment.length))
            entries = entries_above(above, 1, state[1].select(0, 0).select(0, 0))
            index_keys = entries
            if has_indexer(layer) and entries.size(0) > INDEX_TOP:
                index_keys = entries_above(above, 3, state[3].select(0, 0).select(0, 0))
            outs.append(attend_sequence(q, index, at, segment.length, position, keys, entries, index_keys, w, layer))
    for segment in tokens.keep:
        for part in states[segment.first_token]:
            kept.append(torch.clone(part, memory_format=CONTIGUOUS))
    return torch.cat(outs, 0)


def attend_sequence(
    q: Tensor,
    index: List[Tensor],
    at: int,
    length: int,
    position: int,
    vectors: Tensor,
    entries: Tensor,
    index_keys: Tensor,
    w: List[Tensor],
    layer: int,
) -> Tensor:
    # Queries at .. at + length of the pass, the first at a position of their sequence -> [length,H,D]
    before = vectors.size(0) - length
    ratio = ratio_of(layer)
    outs = annotate(List[Tensor], [])
    for start in range(0, length, QUERIES):
        count = min(QUERIES, length - start)
        low = max(0, before + start - WINDOW + 1)
        high = before + start + count
        place = torch.arange(before + start, high, device=q.device).unsqueeze(1)
        near = torch.arange(low, high, device=q.device)
        hidden = (near > place) | (near <= place - WINDOW)
        keys = vectors.narrow(0, low, high - low)
        closed = 0
        if ratio > 0:
            closed = (position + start + count) // ratio
        if closed > 0:
            t = place - before + position
            entry = torch.arange(closed, device=q.device)
            later = entry >= torch.floor_divide(t + 1, ratio)
            if has_indexer(layer) and closed > INDEX_TOP:
                scores = index_scores(index, at + start, count, index_keys.narrow(0, 0, closed))
                scores = scores.masked_fill(later, float("-inf"))
                chosen = torch.topk(scores, INDEX_TOP, -1)[1]
                later = later | torch.ones_like(later).scatter(1, chosen, False)
            hidden = torch.cat([hidden, later], 1)
            keys = torch.cat([keys, entries.narrow(0, 0, closed)], 0)
        outs.append(attend_keys(q.narrow(0, at + start, count), keys, mask_of(hidden), w.attn_sink))
    if len(outs) == 1:
        return outs[0]
    return torch.cat(outs, 0)


def attend_rows(
    q: Tensor, index: List[Tensor], fresh: List[Tensor], tokens: Pass, rows: Rows, w: List[Tensor], layer: int
) -> Tensor:
    # Each row's one token to the prefixes and the row -> [T,H,D]
    first = layer * CACHE_TENSORS
    ratio = ratio_of(layer)
    cache = rows.cache[first : first + CACHE_TENSORS]
    window = append(cache[0:1], [fresh[0][None, None]], torch.remainder(rows.lengths, WINDOW), WINDOW)[0]
    for i in range(2):
        if fresh[i + 1].size(1) > 0:
            entries, kept = cache[2 * i + 1], cache[2 * i + 2]
            close_rows(kept, entries, fresh[i + 1], tokens.positions, rows.lengths, ratio, norm_of(w, i))
    lengths = annotate(List[int], rows.lengths.cpu().tolist())
    positions = annotate(List[int], tokens.positions.cpu().tolist())
    places = annotate(List[int], rows.inverse.cpu().tolist())
    none = annotate(Dict[int, List[Tensor]], {})
    outs = annotate(List[Tensor], [])
    for r in range(len(lengths)):
        place = r
        if len(places) > 0:
            place = places[r]
        above = states_above(tokens, none, place, 1, first)
        own = min(lengths[r] + 1, WINDOW)
        keys = vectors_above(above, WINDOW - own, window.select(0, r).select(0, 0).narrow(0, 0, own))
        if ratio > 0:
            count = (positions[r] + 1) // ratio - (positions[r] - lengths[r]) // ratio
            entries = entries_above(above, 1, cache[1].select(0, r).select(0, 0).narrow(0, 0, count))
            if has_indexer(layer) and entries.size(0) > INDEX_TOP:
                index_keys = entries_above(above, 3, cache[3].select(0, r).select(0, 0).narrow(0, 0, count))
                chosen = torch.topk(index_scores(index, r, 1, index_keys), INDEX_TOP, -1)[1]
                entries = entries.index_select(0, chosen.flatten())
            keys = torch.cat([keys, entries], 0)
        outs.append(attend_keys(q.narrow(0, r, 1), keys, annotate(Optional[Tensor], None), w.attn_sink))
    return torch.cat(outs, 0)


def attend_keys(q: Tensor, keys: Tensor, mask: Optional[Tensor], sink: Tensor) -> Tensor:
    # q [S,H,D], keys [K,D], mask [S,K] or None where all see all -> [S,H,D]; a head's sink takes a share of the softmax and gives no value
    kv = keys[None, None]
    if mask is not None:
        mask = mask[None, None]
    if q.size(0) == 1:
        # All heads attend to the same keys: they stand side by side.
        o, lse = scaled_dot_product(q[None], kv, kv, mask, False, SCALE)
        o = o[0, 0].unsqueeze(0)
        lse = lse.view([1, HEADS])
    else:
        kv = kv.expand([-1, HEADS, -1, -1])
        o, lse = scaled_dot_product(q.transpose(0, 1)[None], kv, kv, mask, False, SCALE)
        o = o[0].transpose(0, 1)
        lse = lse[0].transpose(0, 1)
    return o.to(FLOAT32) * torch.sigmoid(lse.to(FLOAT32) - sink).unsqueeze(-1)


def combined(o: Tensor, w: List[Tensor]) -> Tensor:
    # o [T,H,D]: runs of heads are narrowed each by a matrix of its kind, then joined
    runs = o.reshape([-1, GROUPS, HEADS // GROUPS * HEAD_WIDTH]).transpose(0, 1)
    narrow = torch.bmm(runs, w.wo_a.view([GROUPS, RANK, -1]).transpose(1, 2))
    return linear(narrow.transpose(0, 1).flatten(1), w.wo_b)
