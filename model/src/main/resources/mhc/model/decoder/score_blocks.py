# Attention by whole matrices of scores.


def scaled_dot_product_in_blocks(
    q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float, most: int
) -> Tuple[Tensor, Tensor]:
    # So many queries at once that their scores are no more than most numbers.
    outs = annotate(List[Tensor], [])
    sums = annotate(List[Tensor], [])
    chunk = max(1, most // (k.size(2) * q.size(0) * q.size(1)))
    for start in range(0, q.size(2), chunk):
        count = min(chunk, q.size(2) - start)
        scores = torch.matmul(q.narrow(2, start, count), k.transpose(2, 3)).to(FLOAT32) * scale
        scores = bounded(scores)
        if mask is not None:
            if mask.size(2) == 1:
                scores = scores + mask
            else:
                scores = scores + mask.narrow(2, start, count)
        if causal:
            later = torch.ones([count, k.size(2)], dtype=BOOL, device=q.device).triu(start + 1)
            scores = scores.masked_fill(later, float("-inf"))
        lse = torch.logsumexp(scores, [-1], False)
        outs.append(torch.matmul(torch.exp(scores - lse.unsqueeze(-1)).to(v.dtype), v))
        sums.append(lse)
    return (torch.cat(outs, 2), torch.cat(sums, 2))
