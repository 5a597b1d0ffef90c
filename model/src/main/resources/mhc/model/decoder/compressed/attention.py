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
    # Each row's one token to the row and to its prefixes, as parts of one softmax -> [T,H,D]
    ratio = ratio_of(layer)
    first = layer * CACHE_TENSORS
    cache = [part.narrow(0, 0, q.size(0)) for part in rows.cache[first : first + CACHE_TENSORS]]
    mask = rows.masks[0]
    vectors = append(cache[0:1], [fresh[0][None, None]], torch.remainder(rows.lengths, WINDOW), mask.size(3))[0]
    for i in range(2):
        if fresh[i + 1].size(1) > 0:
            entries, kept = cache[2 * i + 1], cache[2 * i + 2]
            close_rows(kept, entries, fresh[i + 1], tokens.positions, rows.lengths, ratio, norm_of(w, i))
    o, lse = attend_each(q, vectors, mask)
    most = 0
    if has_indexer(layer):
        most = (int(tokens.positions.max().item()) + 1) // ratio
    if ratio > 0 and most <= INDEX_TOP:
        mask = rows.masks[KIND[layer]]
        if mask.size(3) > 0:
            other, other_lse = attend_each(q, cache[1].narrow(2, 0, mask.size(3)), mask)
            o = merge_(o, lse, other, other_lse)
    if rows.order.size(0) > 0:
        q, o, lse = in_order(q, rows), in_order(o, rows), in_order(lse, rows)
        index = [in_order(part, rows) for part in index]
    if most > INDEX_TOP:
        entries, mask = chosen_entries(index, cache, tokens, rows, layer)
        other, other_lse = attend_each(q, entries, mask)
        o = merge_(o, lse, other, other_lse)
    for i in range(len(tokens.views)):
        view = tokens.views[i]
        state = tokens.prefixes[view.source][first : first + CACHE_TENSORS]
        o_before = o.narrow(0, view.first_query, view.queries)
        before = lse.narrow(0, view.first_query, view.queries)
        mine = q.narrow(0, view.first_query, view.queries)
        near = tokens.view_masks[i]
        if near is not None and near.size(3) > 0:
            last = state[0].narrow(2, state[0].size(2) - near.size(3), near.size(3))
            other, other_lse = attend_each(mine, last.expand([view.queries, -1, -1, -1]), near)
            o_before = merge_(o_before, before, other, other_lse)
        if most <= INDEX_TOP and state[1].size(2) > 0:
            # All see all of them: the heads of all stand side by side.
            flat = mine.reshape([1, 1, -1, HEAD_WIDTH])
            other, other_lse = scaled_dot_product(
                flat, state[1], state[1], annotate(Optional[Tensor], None), False, SCALE
            )
            other_lse = other_lse.view([-1, HEADS])
            o_before = merge_(o_before, before, other.view([-1, HEADS, HEAD_WIDTH]).to(FLOAT32), other_lse)
    o = o * torch.sigmoid(lse - w.attn_sink).unsqueeze(-1)
    if rows.order.size(0) > 0:
        o = o.index_select(0, rows.inverse)
    return o


def in_order(x: Tensor, rows: Rows) -> Tensor:
    # As views count the queries
    return x.index_select(0, rows.order)


def attend_each(q: Tensor, keys: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:
    # q [T,H,D], each to keys [T,1,K,D] by itself, mask [T,1,1,K] -> [T,H,D], [T,H], in float32
    o, lse = scaled_dot_product(q.unsqueeze(1), keys, keys, mask, False, SCALE)
    return (o.squeeze(1).to(FLOAT32), lse.squeeze(1).to(FLOAT32))


def chosen_entries(
    index: List[Tensor], cache: List[Tensor], tokens: Pass, rows: Rows, layer: int
) -> Tuple[Tensor, Tensor]:
    # The entries that the indexer picks for each query, of its prefixes and of its row, in the order of the queries
    # -> [T,1,K,D], mask [T,1,1,K]. Scores stand by the number of an entry in its sequence, those of the row behind all.
    ratio = ratio_of(layer)
    first = layer * CACHE_TENSORS
    mask = rows.masks[KIND[layer]]
    ordered = rows.order.size(0) > 0
    if ordered:
        mask = in_order(mask, rows)
    before = 0
    for view in tokens.views:
        before = max(before, (view.first_position + view.keys) // ratio)
    shape = [mask.size(0), before + mask.size(3)]
    scores = torch.full(shape, float("-inf"), dtype=FLOAT32, device=mask.device)
    if mask.size(3) > 0:
        keys = cache[3].squeeze(1).narrow(1, 0, mask.size(3))
        if ordered:
            keys = in_order(keys, rows)
        own = index_scores(index, 0, mask.size(0), keys)
        scores.narrow(1, before, mask.size(3)).copy_(own + mask.flatten(1))
    for view in tokens.views:
        keys = tokens.prefixes[view.source][first + 3].select(0, 0).select(0, 0)
        if keys.size(0) > 0:
            place = scores.narrow(0, view.first_query, view.queries)
            place = place.narrow(1, view.first_position // ratio, keys.size(0))
            place.copy_(index_scores(index, view.first_query, view.queries, keys))
    best, chosen = torch.topk(scores, INDEX_TOP, -1)
    places = torch.clamp_min(chosen - before, 0)
    if ordered:
        places = places.index_select(0, rows.inverse)
    entries = cache[1].squeeze(1)
    entries = entries.gather(1, places.unsqueeze(-1).expand([-1, -1, HEAD_WIDTH]))
    if ordered:
        entries = in_order(entries, rows)
    for view in tokens.views:
        held = tokens.prefixes[view.source][first + 1].select(0, 0).select(0, 0)
        if held.size(0) > 0:
            places = chosen.narrow(0, view.first_query, view.queries) - view.first_position // ratio
            here = ((places >= 0) & (places < held.size(0))).unsqueeze(-1)
            places = torch.clamp(places, 0, held.size(0) - 1)
            found = held.index_select(0, places.flatten()).view([view.queries, INDEX_TOP, HEAD_WIDTH])
            target = entries.narrow(0, view.first_query, view.queries)
            target.copy_(torch.where(here, found, target))
    hidden = (best < -1e29)[:, None, None]
    return (entries.unsqueeze(1), part_mask_of(hidden))


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
