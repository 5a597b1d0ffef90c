# Lists of numbers as the records that FlatPass writes.


def segments_of(flat: List[int]) -> List[Segment]:
    segments = annotate(List[Segment], [])
    for i in range(len(flat) // 3):
        segments.append(Segment(flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]))
    return segments


def views_of(flat: List[int]) -> List[PrefixView]:
    views = annotate(List[PrefixView], [])
    for i in range(len(flat) // 6):
        at = 6 * i
        view = PrefixView(flat[at], flat[at + 1], flat[at + 2], flat[at + 3], flat[at + 4], flat[at + 5])
        views.append(view)
    return views
