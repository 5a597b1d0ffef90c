# A gate that passes on its GELU, approximated with the hyperbolic tangent.


def gate_times_(gate: Tensor, up: Tensor) -> Tensor:
    return torch.gelu(gate, approximate="tanh") * up
