# What the tokens of one pass attend to, the same for all layers. T tokens stand side by side and are never padded.


class Segment(NamedTuple):
    # Rows of equal length, one after the other.
    first_token: int
    rows: int
    length: int


class PrefixView(NamedTuple):
    # Keys that stand before some neighbouring queries, all of which attend to all of them.
    source: int  # index of a KV cache among the prefixes, or -1 for the pass itself
    first_key: int
    keys: int
    first_position: int  # of the first key, in its sequence
    first_query: int
    queries: int


class Rows(NamedTuple):
    # The KV cache of a decoding step, in which each token of the pass is a row.
    cache: List[Tensor]
    lengths: Tensor  # [T]: tokens of each row before this one
    order: Tensor  # [T]: row of each query that views count, or [0] where they are the rows as they stand
    inverse: Tensor  # its inverse
    masks: List[Tensor]  # what is hidden of the rows, for each kind of layer


class Pass(NamedTuple):
    ids: Tensor  # [T]
    positions: Tensor  # [T], each in its sequence
    cos: Tensor  # [K,1,T,R] by kind of rotary embedding
    sin: Tensor
    segments: List[Segment]  # each of their rows attends to itself, causally
    segment_masks: List[Optional[Tensor]]  # of layers with a sliding window
    views: List[PrefixView]
    view_masks: List[Optional[Tensor]]  # what is hidden of views there
    prefixes: List[List[Tensor]]
    keep: List[Segment]  # whose keys and values are wanted afterwards
    rows: Optional[Rows]


def prefill_pass(
    frequencies: Tensor,
    ids: Tensor,
    positions: Tensor,
    segments: List[Segment],
    views: List[PrefixView],
    prefixes: List[List[Tensor]],
    keep: List[Segment],
) -> Pass:
    cos, sin = angles(frequencies, positions)
    masks = annotate(List[Optional[Tensor]], [])
    for segment in segments:
        masks.append(segment_mask(segment.length, positions))
    rows = annotate(Optional[Rows], None)
    hidden = view_masks(positions, views)
    return Pass(ids, positions, cos, sin, segments, masks, views, hidden, prefixes, keep, rows)


def decode_pass(
    frequencies: Tensor,
    ids: Tensor,
    positions: Tensor,
    lengths: Tensor,
    cache: List[Tensor],
    views: List[PrefixView],
    order: Tensor,
    prefixes: List[List[Tensor]],
    longest: int,
) -> Pass:
    # longest: tokens of the longest row, this one included
    cos, sin = angles(frequencies, positions)
    inverse = order
    ordered = positions
    if order.size(0) > 0:
        inverse = order.argsort()
        ordered = positions.index_select(0, order)
    rows = Rows(cache, lengths, order, inverse, row_masks(lengths, positions, longest))
    none = annotate(List[Segment], [])
    no_masks = annotate(List[Optional[Tensor]], [])
    hidden = view_masks(ordered, views)
    return Pass(ids, positions, cos, sin, none, no_masks, views, hidden, prefixes, none, rows)


def view_masks(positions: Tensor, views: List[PrefixView]) -> List[Optional[Tensor]]:
    # positions of the queries that views count
    masks = annotate(List[Optional[Tensor]], [])
    for view in views:
        masks.append(view_mask(positions.narrow(0, view.first_query, view.queries), view.first_position, view.keys))
    return masks
