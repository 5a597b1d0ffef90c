# DeepSeek's multi-head latent attention. What is kept per token is the compressed latent and the rotated key that all heads
# share, as one tensor of one head: [B,1,S, RANK + ROTARY]. w: its weights.


def latent_norm(x: Tensor, weight: Tensor) -> Tensor:
    return rms_normed(x, weight, LATENT_EPS)


def paired(x: Tensor) -> Tensor:
    # Numbers i and i + R/2 of the result are a pair, as rotate wants them.
    if INTERLEAVED:
        x = x.unflatten(-1, [-1, 2]).transpose(-1, -2).flatten(-2)
    return x


def query(x: Tensor, w: List[Tensor]) -> Tensor:
    if QUERY_COMPRESSED:
        latent = linear(x, w.q_a_proj, w.q_a_proj_bias)
        q = linear(latent_norm(latent, w.q_a_layernorm), w.q_b_proj)
    else:
        q = linear(x, w.q_proj)
    return q.view([1, -1, HEADS, PLAIN + ROTARY]).transpose(1, 2)


def project(x: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor) -> Tuple[Tensor, List[Tensor]]:
    # q [1, HEADS, T, PLAIN + ROTARY]
    q = query(x, w)
    rotated = rotate(paired(q.narrow(-1, PLAIN, ROTARY)), cos, sin)
    latent = linear(x, w.kv_a_proj_with_mqa, w.kv_a_proj_with_mqa_bias)
    kept = latent_norm(latent.narrow(-1, 0, RANK), w.kv_a_layernorm).view([1, 1, -1, RANK])
    key = paired(latent.narrow(-1, RANK, ROTARY).view([1, 1, -1, ROTARY]))
    return (torch.cat([q.narrow(-1, 0, PLAIN), rotated], -1), [torch.cat([kept, rotate(key, cos, sin)], -1)])


def per_head(x: Tensor, matrices: Tensor) -> Tensor:
    # x [B,H,S,I] by matrices [H,I,O] -> [B,H,S,O]; no matrix is copied for a row
    stacked = x.transpose(0, 1).reshape([HEADS, -1, x.size(-1)])
    return torch.bmm(stacked, matrices).view([HEADS, x.size(0), x.size(2), -1]).transpose(0, 1)


def in_latent_space(
    q: Tensor, latent: Tensor, kv: Tensor, mask: Optional[Tensor], causal: bool
) -> Tuple[Tensor, Tensor]:
    # Queries meet the latents, and the attended latents become values. The values' width is that of the keys, which the
    # fast kernels want; what is too much is cut off.
    carried = per_head(q.narrow(-1, 0, PLAIN), kv.narrow(1, 0, PLAIN))
    q = torch.cat([carried, q.narrow(-1, PLAIN, ROTARY)], -1)
    if q.size(2) == 1 or (mask is None and not causal):
        # All queries attend to the same latents: the heads stand side by side.
        beside = q.reshape([q.size(0), 1, -1, RANK + ROTARY])
        o, lse = scaled_dot_product(beside, latent, latent, mask, False, SCALE)
        o = o.reshape(q.size())
        lse = lse.reshape([q.size(0), HEADS, -1])
    else:
        latent = latent.expand([-1, HEADS, -1, -1])
        o, lse = scaled_dot_product(q, latent, latent, mask, causal, SCALE)
    return (per_head(o.narrow(-1, 0, RANK), kv.narrow(1, PLAIN, VALUE).transpose(1, 2)), lse)


def expanded(q: Tensor, latent: Tensor, kv: Tensor, mask: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
    both = torch.linear(latent.narrow(-1, 0, RANK), kv.flatten(0, 1))
    both = both.view([latent.size(0), -1, HEADS, PLAIN + VALUE]).transpose(1, 2)
    shared = latent.narrow(-1, RANK, ROTARY).expand([-1, HEADS, -1, -1])
    k = torch.cat([both.narrow(-1, 0, PLAIN), shared], -1)
    v = both.narrow(-1, PLAIN, VALUE)
    more = PLAIN + ROTARY - VALUE
    if more > 0:
        v = torch.constant_pad_nd(v, [0, more])
    o, lse = scaled_dot_product(q, k, v, mask, causal, SCALE)
    return (o.narrow(-1, 0, VALUE), lse)


def attend(
    q: Tensor, kv: List[Tensor], w: List[Tensor], mask: Optional[Tensor], causal: bool
) -> Tuple[Tensor, Tensor]:
    matrices = w.kv_b_proj.view([HEADS, PLAIN + VALUE, RANK])
    if q.size(2) < EXPAND_FROM:
        return in_latent_space(q, kv[0], matrices, mask, causal)
    return expanded(q, kv[0], matrices, mask, causal)


def combine(o: Tensor, w: List[Tensor]) -> Tensor:
    return linear(o.reshape([-1, HEADS * VALUE]), w.o_proj, w.o_proj_bias)
