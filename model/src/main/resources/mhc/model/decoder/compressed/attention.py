# DeepSeek-V4's attention: keys and values are one vector per token, and beyond a sliding window one entry stands for a run of
# tokens. Each sequence of a pass is computed by itself, over all its tokens so far, so that where it was cut before plays no
# part. w: the weights of a layer's attention.


def self_attention(x: Tensor, w: List[Tensor], tokens: Pass, layer: int, kept: List[Tensor]) -> Tensor:
    # x [T,C] -> [T,C]; kept receives the state to keep: vectors, and what compressors have read
    first = layer * CACHE_TENSORS
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
    fresh = [part[None, None] for part in fresh]
    outs = annotate(List[Tensor], [])
    rows = tokens.rows
    if rows is None:
        for segment in tokens.segments:
            for r in range(segment.rows):
                at = segment.first_token + r * segment.length
                row = [part.narrow(2, at, segment.length) for part in fresh]
                state = sequence_of(row, fresh, tokens, at, segment.length, first)
                outs.append(attend_sequence(q, index, at, segment.length, state, w, layer))
        for segment in tokens.keep:
            for part in fresh:
                kept.append(torch.clone(part.narrow(2, segment.first_token, segment.length), memory_format=CONTIGUOUS))
    else:
        lengths = annotate(List[int], rows.lengths.cpu().tolist())
        cache = append(rows.cache[first : first + CACHE_TENSORS], fresh, rows.lengths, max(lengths) + 1)
        places = annotate(List[int], rows.inverse.cpu().tolist())
        for r in range(len(lengths)):
            row = [part.narrow(0, r, 1).narrow(2, 0, lengths[r] + 1) for part in cache]
            place = r
            if len(places) > 0:
                place = places[r]
            state = sequence_of(row, fresh, tokens, place, 1, first)
            outs.append(attend_sequence(q, index, r, 1, state, w, layer))
    o = rotated(torch.cat(outs, 0), cos.unsqueeze(1), torch.neg(sin).unsqueeze(1))
    return combined(o.to(x.dtype), w)


def nothing_of(x: Tensor) -> Tensor:
    # [T,0], where a layer has no such state
    return torch.zeros([x.size(0), 0], dtype=FLOAT32, device=x.device)


def sequence_of(
    row: List[Tensor], fresh: List[Tensor], tokens: Pass, query: int, queries: int, first: int
) -> List[Tensor]:
    # All of a sequence: the prefixes of its queries, in their order, and its row -> [tokens, width] each
    whole = annotate(List[Tensor], [])
    for i in range(CACHE_TENSORS):
        parts = annotate(List[Tensor], [])
        for view in tokens.views:
            if view.first_query <= query and query + queries <= view.first_query + view.queries:
                if view.source < 0:
                    parts.append(fresh[i].narrow(2, view.first_key, view.keys))
                else:
                    parts.append(tokens.prefixes[view.source][first + i].narrow(2, view.first_key, view.keys))
        parts.append(row[i])
        if len(parts) == 1:
            whole.append(parts[0][0, 0])
        else:
            whole.append(torch.cat(parts, 2)[0, 0])
    return whole


def attend_sequence(
    q: Tensor, index: List[Tensor], at: int, length: int, state: List[Tensor], w: List[Tensor], layer: int
) -> Tensor:
    # Queries at .. at + length of the pass, the last ones of their sequence -> [length,H,D]
    before = state[0].size(0) - length
    ratio = ratio_of(layer)
    entries = state[0].narrow(0, 0, 0)
    index_keys = entries
    if ratio > 0:
        norm_w = compressor_norm(w.compressor)
        entries = entries_of(state[1], ratio, HEAD_WIDTH, has_indexer(layer), norm_w).to(q.dtype)
        if has_indexer(layer) and entries.size(0) > INDEX_TOP:
            norm_w = compressor_norm(indexer_compressor(w.indexer))
            index_keys = entries_of(state[2], ratio, INDEX_WIDTH, True, norm_w)
    outs = annotate(List[Tensor], [])
    for start in range(0, length, QUERIES):
        count = min(QUERIES, length - start)
        t = torch.arange(before + start, before + start + count, device=q.device).unsqueeze(1)
        low = max(0, before + start - WINDOW + 1)
        high = before + start + count
        near = torch.arange(low, high, device=q.device)
        hidden = (near > t) | (near <= t - WINDOW)
        keys = state[0].narrow(0, low, high - low)
        closed = 0
        if ratio > 0:
            closed = high // ratio
        if closed > 0:
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


def attend_keys(q: Tensor, keys: Tensor, mask: Tensor, sink: Tensor) -> Tensor:
    # q [S,H,D], keys [K,D], mask [S,K] -> [S,H,D]; a head's sink takes a share of the softmax and gives no value
    kv = keys[None, None]
    if q.size(0) == 1:
        # All heads attend to the same keys: they stand side by side.
        o, lse = scaled_dot_product(q[None], kv, kv, mask[None, None], False, SCALE)
        o = o[0, 0].unsqueeze(0)
        lse = lse.view([1, HEADS])
    else:
        kv = kv.expand([-1, HEADS, -1, -1])
        o, lse = scaled_dot_product(q.transpose(0, 1)[None], kv, kv, mask[None, None], False, SCALE)
        o = o[0].transpose(0, 1)
        lse = lse[0].transpose(0, 1)
    return o.to(FLOAT32) * torch.sigmoid(lse.to(FLOAT32) - sink).unsqueeze(-1)


def combined(o: Tensor, w: List[Tensor]) -> Tensor:
    # o [T,H,D]: runs of heads are narrowed each by a matrix of its kind, then joined
    runs = o.reshape([-1, GROUPS, HEADS // GROUPS * HEAD_WIDTH]).transpose(0, 1)
    narrow = torch.bmm(runs, w.wo_a.view([GROUPS, RANK, -1]).transpose(1, 2))
    return linear(narrow.transpose(0, 1).flatten(1), w.wo_b)
