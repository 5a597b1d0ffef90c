# Runs of tokens as one entry each. w: the weights of one compressor. What it has read of a token is a value and a weight per
# channel, [T, 2 * side], with side the width of an entry, or twice that where runs overlap: then a run's second halves join with
# the first halves of the run before.


def read_by_compressor(x: Tensor, positions: Tensor, w: List[Tensor], ratio: int) -> Tensor:
    # x [T,C] -> values | weights, in float32
    x = x.to(FLOAT32)
    bias = w.ape.index_select(0, torch.remainder(positions, ratio))
    return torch.cat([linear(x, w.wkv), linear(x, w.wgate) + bias], 1)


def compressor_norm(w: List[Tensor]) -> Tensor:
    return w.norm


def entries_of(before: Tensor, runs: Tensor, starts: Tensor, width: int, norm_w: Tensor) -> Tensor:
    # runs [N, ratio, 2 * side] and those before them, starts [N]: positions of their first tokens -> [N,width]
    side = runs.size(2) // 2
    values = runs.narrow(2, 0, side)
    weights = runs.narrow(2, side, side)
    if side > width:
        # Nothing is before a sequence's first run.
        none = torch.eq(starts, 0).view([-1, 1, 1])
        earlier = before.narrow(2, side, width).masked_fill(none, float("-inf"))
        values = torch.cat([before.narrow(2, 0, width), values.narrow(2, width, width)], 1)
        weights = torch.cat([earlier, weights.narrow(2, width, width)], 1)
    entries = (torch.softmax(weights, 1) * values).sum([1], False)
    # An entry stands where its run begins.
    angle = starts.to(FLOAT32).unsqueeze(1) * torch.tensor(FREQUENCIES, dtype=FLOAT32, device=starts.device)
    return rotated(norm(entries, norm_w), torch.cos(angle), torch.sin(angle))


def closed_runs(
    before: Tensor, fresh: Tensor, position: int, ratio: int, width: int, norm_w: Tensor
) -> Tuple[Tensor, Tensor]:
    # before: what was kept of the tokens before a position, fresh [T, ..]: of those from it on -> entries of the runs that end
    # among these, and what is to be kept behind them: the unfinished run, and where runs overlap the one before it.
    first = position - before.size(0)
    end = position + fresh.size(0)
    read = torch.cat([before, fresh], 0)
    entries = torch.zeros([0, width], dtype=FLOAT32, device=read.device)
    known = position // ratio - first // ratio
    count = end // ratio - first // ratio
    if count > known:
        runs = read.narrow(0, 0, count * ratio).view([count, ratio, -1])
        earlier = torch.cat([runs.narrow(0, 0, 1), runs.narrow(0, 0, count - 1)], 0)
        starts = torch.arange(count, device=read.device) * ratio + first
        # What is known already has been kept for the run behind it alone.
        count = count - known
        entries = entries_of(
            earlier.narrow(0, known, count), runs.narrow(0, known, count), starts.narrow(0, known, count), width, norm_w
        )
    rest = end // ratio * ratio
    if read.size(1) > 2 * width:
        rest = max(0, rest - ratio)
    return (entries, read.narrow(0, rest - first, end - rest))


def close_rows(
    kept: Tensor, entries: Tensor, fresh: Tensor, positions: Tensor, lengths: Tensor, ratio: int, norm_w: Tensor
) -> int:
    # Takes what is read of each row's one new token, in place, and the entries of the runs that end with it; a row has its own
    # entries behind those of its prefixes. kept [rows,1,places,..]: a token's place is its position modulo the places.
    places = kept.size(2)
    read = append([kept], [fresh[None, None]], torch.remainder(positions, places), places)[0]
    closing = torch.nonzero(torch.eq(torch.remainder(positions + 1, ratio), 0)).flatten()
    if closing.size(0) > 0:
        at = positions.index_select(0, closing)
        oldest_first = torch.remainder(at.unsqueeze(1) + 1 + torch.arange(places, device=at.device), places)
        chosen = read.index_select(0, closing).squeeze(1)
        chosen = chosen.gather(1, oldest_first.unsqueeze(-1).expand(chosen.size()))
        runs = chosen.narrow(1, places - ratio, ratio)
        new = entries_of(chosen.narrow(1, 0, ratio), runs, at + 1 - ratio, entries.size(3), norm_w)
        begin = at - lengths.index_select(0, closing)
        own = torch.floor_divide(at, ratio) - torch.floor_divide(begin, ratio)
        indices = annotate(List[Optional[Tensor]], [closing, own])
        entries.select(1, 0).index_put_(indices, new.to(entries.dtype))
    return closing.size(0)
