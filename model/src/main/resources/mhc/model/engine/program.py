# What Java calls, by TorchProgram. A list of lists comes with an empty one in front, since the engine takes none without.


class Program(Module):
    __parameters__ = []
    __buffers__ = []
    training: bool
    w: List[Tensor]

    def bind(self: Program, ws: List[Tensor]) -> int:
        # The first tensor with a value that is not finite, or -1. A sum may overflow by itself: then each value decides.
        self.w = held(ws)
        for i in range(len(ws)):
            if not bool(torch.isfinite(ws[i].sum()).item()):
                if not bool(torch.isfinite(ws[i]).all().item()):
                    return i
        return -1

    def pack(self: Program, multiplied: List[int]) -> int:
        return pack(self.w, multiplied)

    def score(
        self: Program,
        ids: Tensor,
        positions: Tensor,
        segments: List[int],
        views: List[int],
        sources: List[List[Tensor]],
        keep: List[int],
        asked: Tensor,
        targets: Tensor,
        chunk: int,
    ) -> Tuple[Tensor, Tensor, List[List[Tensor]]]:
        # Log-likelihood and greedy flag per asked position and target.
        h, kept = read_pass(self.w, ids, positions, segments, views, sources, keep, asked)
        log_likelihoods = [torch.zeros([0], dtype=FLOAT32, device=h.device)]
        greedy = [torch.zeros([0], dtype=BOOL, device=h.device)]
        for start in range(0, h.size(0), chunk):
            count = min(chunk, h.size(0) - start)
            z = logits(self.w, h.narrow(0, start, count))
            wanted = targets.narrow(0, start, count).to(z.device)
            log_likelihoods.append(torch.log_softmax(z, -1).gather(1, wanted).flatten())
            greedy.append(torch.eq(z.argmax(-1, True), wanted).flatten())
        return (torch.cat(log_likelihoods, 0), torch.cat(greedy, 0), kept)

    def prefill(
        self: Program,
        ids: Tensor,
        positions: Tensor,
        segments: List[int],
        views: List[int],
        sources: List[List[Tensor]],
        keep: List[int],
        asked: Tensor,
        seen: Tensor,
        penalty: float,
        chunk: int,
    ) -> Tuple[Tensor, Tensor, List[List[Tensor]]]:
        # The most likely token after each asked position, and its margin; seen and penalty as in penalised.
        h, kept = read_pass(self.w, ids, positions, segments, views, sources, keep, asked)
        tokens = [torch.zeros([0], dtype=INT64, device=h.device)]
        margins = [torch.zeros([0], dtype=FLOAT32, device=h.device)]
        for start in range(0, h.size(0), chunk):
            count = min(chunk, h.size(0) - start)
            met = seen
            if seen.dim() == 2:
                met = seen.narrow(0, start, count)
            token, margin = most_likely(penalised(logits(self.w, h.narrow(0, start, count)), met, penalty))
            tokens.append(token)
            margins.append(margin)
        return (torch.cat(tokens, 0), torch.cat(margins, 0), kept)

    def decode(
        self: Program,
        ids: Tensor,
        positions: Tensor,
        lengths: Tensor,
        cache: List[Tensor],
        views: List[int],
        order: Tensor,
        sources: List[List[Tensor]],
        longest: int,
        steps: int,
        seen: Tensor,
        penalty: float,
    ) -> Tuple[Tensor, Tensor]:
        # Greedy steps of the first rows of a cache: [steps * rows] tokens and margins.
        w = self.w
        prefix_views = views_of(views)
        prefixes = sources[1:]
        kept = annotate(List[Tensor], [])
        tokens = annotate(List[Tensor], [])
        margins = annotate(List[Tensor], [])
        for s in range(steps):
            step = decode_pass(
                w.frequencies, ids, positions + s, lengths + s, cache, prefix_views, order, prefixes, longest + s
            )
            h = stack(self.w, ids, step, kept, annotate(Optional[List[Tensor]], None))
            ids, margin = most_likely(penalised(logits(self.w, h), seen, penalty))
            tokens.append(ids)
            margins.append(margin)
            ids = ids.to(positions.device)
            if seen.dim() == 2:
                seen = torch.cat([seen, ids.unsqueeze(1)], 1)
        return (torch.cat(tokens, 0), torch.cat(margins, 0))

    def trace(self: Program, ids: Tensor, with_logits: bool) -> Tuple[Tensor, List[Tensor]]:
        w = self.w
        combs = annotate(List[Tensor], [])
        h = whole_sequences(w, ids, combs)
        if with_logits:
            out = logits(w, h)
        else:
            out = ids
        return (out, combs)

    def allocate(self: Program, cache: List[Tensor], like: List[Tensor], rows: int, capacity: int) -> List[Tensor]:
        return allocate_rows(cache, like, rows, capacity)

    def fill(
        self: Program,
        cache: List[Tensor],
        row: int,
        parts: List[List[Tensor]],
        lengths: List[int],
        end: List[Tensor],
        position: int,
    ) -> int:
        return fill_row(cache, row, parts[1:], lengths, end, position)

    def move(self: Program, cache: List[Tensor], source: int, target: int, count: int) -> int:
        return move_row(cache, source, target, count)

    def cast(self: Program, raw: Tensor, stored: int, wanted: int) -> Tensor:
        # Types that Java cannot name come as bytes: [..., size of one], reinterpreted here.
        x = raw
        if raw.dtype == UINT8:
            x = torch.view_copy(raw, dtype=stored).squeeze(-1)
        return x.to(wanted)

    def keep(self: Program, raw: Tensor, scale: Tensor, rows: int) -> Tensor:
        # A matrix as it is stored, [R,C,1] bytes, with the bytes of the scales of each row behind them.
        each = torch.repeat_interleave(torch.view_copy(scale, dtype=UINT8), rows, 0).narrow(0, 0, raw.size(0))
        return torch.cat([raw.squeeze(-1), each], 1)

    def is_finite(self: Program, x: Tensor) -> bool:
        return bool(torch.isfinite(x).all().item())

    def concatenate(self: Program, blocks: List[Tensor]) -> Tensor:
        return torch.cat(blocks, 0)

    def dequantise(
        self: Program, raw: Tensor, stored: int, scale: Tensor, rows: int, columns: int, wanted: int
    ) -> Tensor:
        # One scale for each block of [rows, columns] numbers.
        x = torch.view_copy(raw, dtype=stored).squeeze(-1).to(FLOAT32)
        each = torch.repeat_interleave(torch.repeat_interleave(scale.to(FLOAT32), rows, 0), columns, 1)
        return (x * each.narrow(0, 0, x.size(0)).narrow(1, 0, x.size(1))).to(wanted)

    def unpack(self: Program, raw: Tensor, scale: Tensor, columns: int, wanted: int) -> Tensor:
        # Two numbers of 4 bits (E2M1) to a byte, the low half first; one scale for each run of columns of a row.
        table = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, -0.0, -0.5, -1.0, -1.5, -2.0, -3.0, -4.0, -6.0]
        values = torch.tensor(table, dtype=FLOAT32, device=raw.device)
        codes = raw.squeeze(-1).to(INT64)
        both = torch.stack([torch.remainder(codes, 16), torch.floor_divide(codes, 16)], -1).flatten(1)
        x = values.index_select(0, both.flatten()).view(both.size())
        each = torch.repeat_interleave(scale, columns, 1)
        return (x * each.narrow(1, 0, x.size(1))).to(wanted)


def read_pass(
    w: List[Tensor],
    ids: Tensor,
    positions: Tensor,
    segments: List[int],
    views: List[int],
    sources: List[List[Tensor]],
    keep: List[int],
    asked: Tensor,
) -> Tuple[Tensor, List[List[Tensor]]]:
    # -> streams of the asked tokens, collapsed, [asked,C]; keys and values of the segments to keep
    kept = annotate(List[Tensor], [])
    keep_segments = segments_of(keep)
    tokens = prefill_pass(
        w.frequencies, ids, positions, segments_of(segments), views_of(views), sources[1:], keep_segments
    )
    h = stack(w, ids, tokens, kept, annotate(Optional[List[Tensor]], None))
    return (h.index_select(0, asked.to(h.device)), by_segment(kept, len(keep_segments)))
