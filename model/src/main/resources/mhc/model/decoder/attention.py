# Tokens attend to exactly those before them in their own sequence, without padding and without copies of what several
# sequences share: to their own row, and to prefixes where these are. The parts are merged by the logarithms of their sums of
# exponentials, in float32, which gives the exact softmax over all of them. w: the weights of a layer's attention.


def self_attention(x: Tensor, w: List[Tensor], tokens: Pass, layer: int, kept: List[Tensor]) -> Tensor:
    # x [T,C] -> [T,C]; kept receives the keys and values to keep
    windowed = has_window(layer)
    cos, sin = angles_in(tokens, windowed)
    q, fresh = project(x, w, cos, sin)
    first = layer * CACHE_TENSORS
    rows = tokens.rows
    if rows is None:
        o, lse = attend_segments(q, fresh, tokens, windowed, w)
        for segment in tokens.keep:
            for part in fresh:
                kept.append(torch.clone(part.narrow(2, segment.first_token, segment.length), memory_format=CONTIGUOUS))
        if len(tokens.views) > 0:
            o = attend_views(q, o.to(FLOAT32), lse, fresh, tokens, first, windowed, w)
    else:
        o, lse = attend_rows(q, fresh, rows, first, windowed, w)
        if len(tokens.views) > 0:
            o = o.to(FLOAT32)
            if rows.order.size(0) > 0:
                o, lse = o.index_select(0, rows.order), lse.index_select(0, rows.order)
                q = q.index_select(2, rows.order)
                o = attend_views(q, o, lse, fresh, tokens, first, windowed, w).index_select(0, rows.inverse)
            else:
                o = attend_views(q, o, lse, fresh, tokens, first, windowed, w)
    return combine(o.to(x.dtype), w)


def rows_of(x: Tensor, segment: Segment) -> Tensor:
    # [1, heads, T, width] -> [rows, heads, length, width]
    part = x.narrow(2, segment.first_token, segment.rows * segment.length)
    if segment.rows == 1:
        return part
    return part.reshape([x.size(1), segment.rows, segment.length, x.size(3)]).transpose(0, 1)


def attend_segments(
    q: Tensor, fresh: List[Tensor], tokens: Pass, windowed: bool, w: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    # -> o [T,H,V], lse [T,H]
    outs = annotate(List[Tensor], [])
    sums = annotate(List[Tensor], [])
    for i in range(len(tokens.segments)):
        segment = tokens.segments[i]
        mask = mask_at(tokens.segment_masks, i, windowed)
        kv = [rows_of(part, segment) for part in fresh]
        o, lse = attend(rows_of(q, segment), kv, w, mask, mask is None)
        outs.append(o.transpose(1, 2).flatten(0, 1))
        sums.append(lse.transpose(1, 2).flatten(0, 1))
    if len(outs) == 1:
        return (outs[0], sums[0])
    return (torch.cat(outs, 0), torch.cat(sums, 0))


def attend_rows(
    q: Tensor, fresh: List[Tensor], rows: Rows, first: int, windowed: bool, w: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    # Each row's one token to its row of the cache -> o [T,H,V], lse [T,H]
    mask = rows.masks[0]
    if windowed:
        mask = rows.masks[-1]
    kv = append(rows.cache[first : first + CACHE_TENSORS], fresh, rows.lengths, mask.size(3))
    o, lse = attend(q.transpose(0, 2), kv, w, mask, False)
    return (o.squeeze(2), lse.squeeze(2))


def attend_views(
    q: Tensor, o: Tensor, lse: Tensor, fresh: List[Tensor], tokens: Pass, first: int, windowed: bool, w: List[Tensor]
) -> Tensor:
    # Adds what stands before to o [T,H,V] and lse [T,H], in place and in float32.
    for i in range(len(tokens.views)):
        view = tokens.views[i]
        if view.source < 0:
            kv = [part.narrow(2, view.first_key, view.keys) for part in fresh]
        else:
            kv = [
                part.narrow(2, view.first_key, view.keys)
                for part in tokens.prefixes[view.source][first : first + CACHE_TENSORS]
            ]
        mask = mask_at(tokens.view_masks, i, windowed)
        part_o, part_lse = attend(q.narrow(2, view.first_query, view.queries), kv, w, mask, False)
        part_o = part_o.squeeze(0).transpose(0, 1).to(FLOAT32)
        part_lse = part_lse.squeeze(0).transpose(0, 1)
        before = lse.narrow(0, view.first_query, view.queries)
        o_before = o.narrow(0, view.first_query, view.queries)
        o_before = merge_(o_before, before, part_o, part_lse)
    return o
