# From the device of one layer to that of the next, where these are two: the streams, and what tokens attend to. Keys and values
# are where their layers are.


def begins_device(layer: int) -> bool:
    # All layers are on one device, unless placed.py says otherwise.
    return False


def handed_over(parts: List[Tensor], like: Tensor) -> List[Tensor]:
    return [part.to(like.device) for part in parts]


def optionally_handed_over(parts: List[Optional[Tensor]], like: Tensor) -> List[Optional[Tensor]]:
    moved = annotate(List[Optional[Tensor]], [])
    for part in parts:
        if part is None:
            moved.append(part)
        else:
            moved.append(part.to(like.device))
    return moved


def handed_over_pass(tokens: Pass, like: Tensor) -> Pass:
    rows = tokens.rows
    if rows is not None:
        parts = handed_over([rows.lengths, rows.order, rows.inverse], like)
        rows = Rows(rows.cache, parts[0], parts[1], parts[2], handed_over(rows.masks, like))
    parts = handed_over([tokens.ids, tokens.positions, tokens.cos, tokens.sin], like)
    return Pass(
        parts[0],
        parts[1],
        parts[2],
        parts[3],
        tokens.segments,
        optionally_handed_over(tokens.segment_masks, like),
        tokens.views,
        optionally_handed_over(tokens.view_masks, like),
        tokens.prefixes,
        tokens.keep,
        rows,
    )
