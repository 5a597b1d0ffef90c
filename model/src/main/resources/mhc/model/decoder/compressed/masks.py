# What is hidden from rows that decode, once for all layers of a step. Tokens of other passes are masked where they attend.


def row_masks(lengths: Tensor, positions: Tensor, longest: int) -> List[Tensor]:
    # Of each row [T,1,1,K]: the vectors that it has, then for each kind of run the entries, K the most that a row has
    masks = [part_mask_of(torch.arange(min(longest, WINDOW), device=lengths.device) > lengths.view([-1, 1, 1, 1]))]
    ratios = KINDS
    for i in range(1, len(ratios)):
        before = torch.floor_divide(positions - lengths, ratios[i])
        entries = (torch.floor_divide(positions + 1, ratios[i]) - before).view([-1, 1, 1, 1])
        masks.append(part_mask_of(torch.arange(int(entries.max().item()), device=lengths.device) >= entries))
    return masks


def segment_mask(length: int, positions: Tensor) -> Optional[Tensor]:
    return None


def view_mask(query: Tensor, first: int, keys: int) -> Optional[Tensor]:
    # Positions query [Q] -> [Q,1,1,K] of a prefix's last K vectors, those that are in the window of some query
    end = first + keys
    count = max(0, min(keys, end + WINDOW - 1 - int(query.min().item())))
    place = torch.arange(end - count, end, device=query.device)
    return part_mask_of(place <= query.view([-1, 1, 1, 1]) - WINDOW)
