"""DeepSeek-V4's attention and experts in float64 NumPy (arXiv 2606.19348, section 2), for reference_model.py.

Every key that a query may see stands in one row: first the vectors of its window, then the entries of its layer's
compressor, and a mask says which. B sequences, S positions, H heads of width D, m tokens an entry.
"""

import numpy as np

SPARSE, HEAVY = "compressed_sparse_attention", "heavily_compressed_attention"


def rms(x, eps):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)


def turned(x, positions, frequencies, backwards=False):
    """x [B, S, ..., D] with its last channels turned, in pairs of neighbours, by position times frequency."""
    angle = positions.reshape(1, -1, *[1] * (x.ndim - 3), 1) * frequencies * (-1 if backwards else 1)
    plain = x.shape[-1] - 2 * frequencies.size
    a, b = x[..., plain::2], x[..., plain + 1 :: 2]
    out = x.copy()
    out[..., plain::2] = a * np.cos(angle) - b * np.sin(angle)
    out[..., plain + 1 :: 2] = a * np.sin(angle) + b * np.cos(angle)
    return out


def frequencies(c, compressed):
    """Layers with entries turn by another base, with YaRN on the angles alone."""
    width = c["qk_rope_head_dim"]
    rope = c["rope_parameters"]["compress" if compressed else "main"]
    base = rope["rope_theta"]
    theta = base ** (-np.arange(0, width, 2) / width)
    if rope["rope_type"] == "default":
        return theta

    def pair(turns):
        return width * np.log(rope["original_max_position_embeddings"] / (2 * np.pi * turns)) / (2 * np.log(base))

    low, high = max(np.floor(pair(rope["beta_fast"])), 0), min(np.ceil(pair(rope["beta_slow"])), width - 1)
    ramp = np.clip((np.arange(width // 2) - low) / (high - low if high > low else 0.001), 0, 1)
    return theta / rope["factor"] * ramp + theta * (1 - ramp)


def entries(model, x, at, m, overlap, theta):
    """One vector for each whole run of m tokens: [B, S // m, D]; overlapping ones also read the run before."""
    kv = x @ model.weights[at + "kv_proj.weight"].T
    bias = model.weights[at + "position_bias"]
    z = x @ model.weights[at + "gate_proj.weight"].T + bias[np.arange(x.shape[1]) % m]
    found = []
    for w in range(x.shape[1] // m):
        own = slice(w * m, (w + 1) * m)
        values, weights = kv[:, own], z[:, own]
        if overlap:
            half = kv.shape[-1] // 2
            values, weights = values[..., half:], weights[..., half:]
            if w > 0:
                before = slice((w - 1) * m, w * m)
                values = np.concatenate([kv[:, before, :half], values], axis=1)
                weights = np.concatenate([z[:, before, :half], weights], axis=1)
        share = np.exp(weights - weights.max(axis=1, keepdims=True))
        found.append((share / share.sum(axis=1, keepdims=True) * values).sum(axis=1))
    width = bias.shape[-1] // (2 if overlap else 1)
    stacked = np.stack(found, axis=1) if found else np.zeros((x.shape[0], 0, width))
    normed = rms(stacked, model.eps) * model.weights[at + "kv_norm.weight"]
    return turned(normed, np.arange(len(found)) * m, theta)


def index_scores(model, x, latent, keys, positions, theta):
    """How much each query wants each entry: [B, S, entries]."""
    c, at = model.config, model.indexer
    q = (latent @ model.weights[at + "q_b_proj.weight"].T).reshape(*x.shape[:2], c["index_n_heads"], -1)
    q = turned(q, positions, theta)
    met = np.maximum(np.einsum("bshd,bwd->bshw", q, keys), 0)
    heads = x @ model.weights[at + "scorer.weights_proj.weight"].T
    return np.einsum("bsh,bshw->bsw", heads, met) / np.sqrt(c["index_head_dim"] * c["index_n_heads"])


def attention(model, x, layer):
    c, at = model.config, f"model.layers.{layer}.self_attn."
    kind, m = c["layer_types"][layer], c["compress_rates"].get(c["layer_types"][layer], 0)
    heads, positions, theta = c["num_attention_heads"], np.arange(x.shape[1]), frequencies(c, m > 0)
    latent = model.norm(model.linear(x, at + "q_a_proj"), at + "q_a_norm")
    q = rms(model.linear(latent, at + "q_b_proj").reshape(*x.shape[:2], heads, -1), model.eps)
    q = turned(q, positions, theta)
    keys = turned(model.norm(model.linear(x, at + "kv_proj"), at + "kv_norm"), positions, theta)
    distance = positions[:, None] - positions[None]
    seen = np.broadcast_to((distance >= 0) & (distance < c["sliding_window"]), (x.shape[0], *distance.shape))
    if m > 0:
        closed = entries(model, x, at + "compressor.", m, kind == SPARSE, theta)
        visible = np.arange(closed.shape[1]) < (positions[:, None] + 1) // m
        visible = np.broadcast_to(visible, (x.shape[0], *visible.shape))
        if kind == SPARSE and closed.shape[1] > c["index_topk"]:
            model.indexer = at + "compressor.indexer."
            index_keys = entries(model, x, model.indexer, m, True, theta)
            scores = np.where(visible, index_scores(model, x, latent, index_keys, positions, theta), -np.inf)
            visible = visible & model.chosen(scores, visible, c["index_topk"])
        keys, seen = np.concatenate([keys, closed], axis=1), np.concatenate([seen, visible], axis=-1)
    scores = np.einsum("bshd,bkd->bshk", q, keys) / np.sqrt(c["head_dim"])
    share = np.where(seen[:, :, None], np.exp(scores), 0)
    share = share / (share.sum(axis=-1, keepdims=True) + np.exp(model.weights[at + "sinks"])[:, None])
    o = turned(np.einsum("bshk,bkd->bshd", share, keys), positions, theta, backwards=True)
    runs = o.reshape(*x.shape[:2], c["o_groups"], -1)
    narrow = model.weights[at + "o_a_proj.weight"].reshape(c["o_groups"], c["o_lora_rank"], -1)
    return model.linear(np.einsum("bsgi,goi->bsgo", runs, narrow).reshape(*x.shape[:2], -1), at + "o_b_proj")


def bounded(gate, up, limit):
    gate = np.minimum(gate, limit)
    return gate / (1 + np.exp(-gate)) * np.clip(up, -limit, limit)


def experts(model, x, ids, layer):
    """A table of token ids or the best scores, with a bias for the choice, say which experts see a token."""
    c, at = model.config, f"model.layers.{layer}.mlp."
    tokens, limit, chosen = x.reshape(-1, x.shape[-1]), c["swiglu_limit"], c["num_experts_per_tok"]
    scores = np.sqrt(np.logaddexp(0, model.linear(tokens, at + "gate")))
    if c["mlp_layer_types"][layer] == "hash_moe":
        marked = np.zeros_like(scores, bool)
        np.put_along_axis(marked, model.weights[at + "gate.tid2eid"].astype(int)[np.asarray(ids).ravel()], True, -1)
    else:
        marked = model.largest(scores + model.weights[at + "gate.e_score_correction_bias"], chosen)
    weights = np.where(marked, scores, 0)
    weights = weights / weights.sum(axis=-1, keepdims=True) * c["routed_scaling_factor"]
    part = at + "shared_experts."
    out = model.linear(bounded(*(model.linear(tokens, part + n) for n in ("gate_proj", "up_proj")), limit), part + "down_proj")
    for e in range(scores.shape[-1]):
        both = tokens @ model.weights[at + "experts.gate_up_proj"][e].T
        inner = bounded(*np.split(both, 2, axis=-1), limit)
        out = out + weights[:, e : e + 1] * (inner @ model.weights[at + "experts.down_proj"][e].T)
    return out.reshape(x.shape)
