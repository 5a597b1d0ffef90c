# Llama's attention: queries in groups that share a key and a value head. w: its weights.


def heads(x: Tensor, count: int) -> Tensor:
    # [T, count * D] -> [1, count, T, D]
    return x.view([1, -1, count, HEAD_WIDTH]).transpose(1, 2)


def project(x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor) -> Tuple[Tensor, List[Tensor]]:
    q = linear(x, w.q_proj, w.q_proj_bias)
    k = linear(x, w.k_proj, w.k_proj_bias)
    if ALL_HEADS_NORMED:
        q, k = norm(q, w.q_norm), norm(k, w.k_norm)
    q, k = heads(q, HEADS), heads(k, KEY_VALUE_HEADS)
    v = heads(linear(x, w.v_proj, w.v_proj_bias), KEY_VALUE_HEADS)
    if EACH_HEAD_NORMED:
        q, k = norm(q, w.q_norm), norm(k, w.k_norm)
    return (rotate(q, cos, sin), [rotate(k, cos, sin), v])


def attend(
    q: Tensor, kv: List[Tensor], w: List[Tensor], mask: Optional[Tensor], causal: bool
) -> Tuple[Tensor, Tensor]:
    rows, length = q.size(0), q.size(2)
    k, v = kv[0], kv[1]
    if GROUP == 1:
        return scaled_dot_product(q, k, v, mask, causal, SCALE)
    if length == 1 or (mask is None and not causal):
        # All queries attend to the same keys: a group's stand side by side.
        grouped = q.reshape([rows, KEY_VALUE_HEADS, GROUP * length, HEAD_WIDTH])
        o, lse = scaled_dot_product(grouped, k, v, mask, False, SCALE)
    else:
        # Queries of one token attend to the same keys: each key-value head is a row, and no key is copied.
        grouped = q.reshape([rows * KEY_VALUE_HEADS, GROUP, length, HEAD_WIDTH])
        k = k.reshape([rows * KEY_VALUE_HEADS, 1, -1, HEAD_WIDTH]).expand([-1, GROUP, -1, -1])
        v = v.reshape([rows * KEY_VALUE_HEADS, 1, -1, HEAD_WIDTH]).expand([-1, GROUP, -1, -1])
        o, lse = scaled_dot_product(grouped, k, v, mask, causal, SCALE)
    return (o.reshape([rows, HEADS, length, HEAD_WIDTH]), lse.reshape([rows, HEADS, length]))


def combine(o: Tensor, w: List[Tensor]) -> Tensor:
    return linear(o.reshape([-1, HEADS * HEAD_WIDTH]), w.o_proj, w.o_proj_bias)
