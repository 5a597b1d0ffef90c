# In place of the decoder's function of the same name, as streams.py.


def hc_mix(h: Tensor, fn: Tensor, norm_eps: float) -> Tensor:
    # In float32: what is evaluated is a trained model, and its roundings do not matter to the training.
    norm = torch.rsqrt(torch.linalg_vector_norm(h, 2, [-1], True) ** 2 / h.size(-1) + norm_eps)
    return torch.tanh(torch.linear(h, fn) * norm)
