# Llama's feed-forward. w: its three matrices, and biases where there are some.


def gated(x: Tensor, w: List[Tensor]) -> Tensor:
    gate = linear(x, w.gate_proj, w.gate_proj_bias)
    between = gate_times_(gate, linear(x, w.up_proj, w.up_proj_bias))
    return linear(between, w.down_proj, w.down_proj_bias)
