# Of hidden states to logits.


def output_projection(w: List[Tensor]) -> Tensor:
    return w.lm_head
