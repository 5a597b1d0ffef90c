# Masks, which are added to scores. A sliding window hides keys that stand too many tokens before a query.


def has_window(layer: int) -> bool:
    if WINDOWED:
        return LAYER_HAS_WINDOW[layer]
    else:
        return False


def row_masks(lengths: Tensor, positions: Tensor, longest: int) -> List[Tensor]:
    # lengths and positions [T] of the queries, K = longest -> [T,1,1,K] for each kind of layer, the windowed one last
    distance = lengths.view([-1, 1, 1, 1]) - torch.arange(longest, device=lengths.device)
    masks = annotate(List[Tensor], [])
    if FULL:
        masks.append(mask_of(distance < 0))
    if WINDOWED:
        masks.append(mask_of((distance < 0) | (distance >= WINDOW)))
    return masks


def sliding_mask(query: Tensor, first: int, keys: int) -> Optional[Tensor]:
    # Positions query [Q], keys from position first on -> [1,1,Q,K], or None where the window holds all keys before a query.
    if int(query.max().item()) - first < WINDOW:
        return None
    distance = query.unsqueeze(1) - torch.arange(first, first + keys, device=query.device)
    hidden = (distance < 0) | (distance >= WINDOW)
    return part_mask_of(hidden)[None, None]


def segment_mask(length: int, positions: Tensor) -> Optional[Tensor]:
    if WINDOWED:
        return sliding_mask(torch.arange(length, device=positions.device), 0, length)
    else:
        return None


def view_mask(query: Tensor, first: int, keys: int) -> Optional[Tensor]:
    if WINDOWED:
        return sliding_mask(query, first, keys)
    else:
        return None


def mask_at(masks: List[Optional[Tensor]], index: int, windowed: bool) -> Optional[Tensor]:
    if windowed:
        return masks[index]
    return None
