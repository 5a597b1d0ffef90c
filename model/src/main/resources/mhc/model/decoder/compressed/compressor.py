# Runs of tokens as one entry each. w: the weights of one compressor. What it has read of a token is a value and a weight per
# channel, [T, 2 * width], or twice as wide where runs overlap: then a run's second halves join with the first halves of the run
# before.


def read_by_compressor(x: Tensor, positions: Tensor, w: List[Tensor], ratio: int) -> Tensor:
    # x [T,C] -> values | weights, in float32
    x = x.to(FLOAT32)
    bias = w.ape.index_select(0, torch.remainder(positions, ratio))
    return torch.cat([linear(x, w.wkv), linear(x, w.wgate) + bias], 1)


def compressor_norm(w: List[Tensor]) -> Tensor:
    return w.norm


def entries_of(read: Tensor, ratio: int, width: int, overlap: bool, norm_w: Tensor) -> Tensor:
    # The whole runs among what was read of a sequence [T, ..] -> [T // ratio, width]
    count = read.size(0) // ratio
    if count == 0:
        return torch.zeros([0, width], dtype=FLOAT32, device=read.device)
    side = read.size(1) // 2
    runs = read.narrow(0, 0, count * ratio).view([count, ratio, 2 * side])
    values = runs.narrow(2, 0, side)
    weights = runs.narrow(2, side, side)
    if overlap:
        none = torch.zeros([1, ratio, width], dtype=FLOAT32, device=read.device)
        before = torch.cat([none, values.narrow(2, 0, width).narrow(0, 0, count - 1)], 0)
        values = torch.cat([before, values.narrow(2, width, width)], 1)
        none = torch.masked_fill(none, torch.ones_like(none, dtype=BOOL), float("-inf"))
        before = torch.cat([none, weights.narrow(2, 0, width).narrow(0, 0, count - 1)], 0)
        weights = torch.cat([before, weights.narrow(2, width, width)], 1)
    joined = (torch.softmax(weights, 1) * values).sum([1], False)
    # An entry stands where its run begins.
    positions = torch.arange(count, device=read.device) * ratio
    angle = positions.to(FLOAT32).unsqueeze(1) * torch.tensor(FREQUENCIES, dtype=FLOAT32, device=read.device)
    return rotated(norm(joined, norm_w), torch.cos(angle), torch.sin(angle))
