"""The decoder in float64 NumPy: what a checkpoint's outputs are held to.

Written from the equations, not from a framework: attention and feed-forward of Llama and DeepSeek-V3 (and of DeepSeek-V4,
in reference_compressed.py), hyper-connections
(arXiv 2409.19606, as restated in arXiv 2512.24880 Eq. 5) and manifold-constrained hyper-connections (arXiv 2512.24880
Eq. 3 and 7-9, with DeepSeek-V4's epsilons and learned head). Slow and plain: no cache, every position anew.

B sequences, S positions, C hidden size, n streams. A site is one sublayer: attention or feed-forward, two a layer.
"""

import json
from pathlib import Path

import numpy as np
import reference_compressed
from safetensors.numpy import load_file


def rms(x, eps):
    """x over the root of its mean square along the last axis."""
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + eps)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def silu(x):
    return x * sigmoid(x)


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sinkhorn(logits, iterations, eps):
    """Eq. 9: logits [..., n (out), n (in)] of H_res to H_res; columns are normalised first, rows last."""
    h = softmax(logits, axis=-2) + eps
    h = h / (h.sum(axis=-1, keepdims=True) + eps)
    for _ in range(iterations - 1):
        h = h / (h.sum(axis=-2, keepdims=True) + eps)
        h = h / (h.sum(axis=-1, keepdims=True) + eps)
    return h


def rotate(x, positions, theta, neighbours):
    """Rotary embedding of x [B, heads, S, d]; a pair is two neighbours, or else one element of each half."""
    d = x.shape[-1]
    angle = positions[:, None] * theta ** (-np.arange(0, d, 2) / d)
    cos, sin = np.cos(angle), np.sin(angle)
    one, other = (x[..., 0::2], x[..., 1::2]) if neighbours else (x[..., : d // 2], x[..., d // 2 :])
    return np.concatenate([one * cos - other * sin, other * cos + one * sin], axis=-1)


def attend(q, k, v):
    """Causal attention: q [B, heads, S, d], k and v [B, kv heads, S, .] to [B, S, heads * value size]."""
    group = q.shape[1] // k.shape[1]
    k, v = np.repeat(k, group, axis=1), np.repeat(v, group, axis=1)
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    later = np.triu(np.ones(scores.shape[-2:], bool), 1)
    mixed = softmax(np.where(later, -np.inf, scores), axis=-1) @ v
    return mixed.swapaxes(1, 2).reshape(mixed.shape[0], mixed.shape[2], -1)


class ReferenceModel:
    """A checkpoint folder's decoder. `route_margin` is how clearly experts were chosen so far: the least difference."""

    def __init__(self, folder):
        self.config = json.loads((Path(folder) / "config.json").read_text())
        self.weights = {k: v.astype(np.float64) for k, v in load_file(Path(folder) / "model.safetensors").items()}
        self.residual = self.config["residual"]
        self.n = self.config.get("hc_mult", 1)
        self.eps = self.config["rms_norm_eps"]
        self.route_margin = np.inf

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T

    def norm(self, x, name, eps=None):
        return rms(x, self.eps if eps is None else eps) * self.weights[name + ".weight"]

    def heads(self, x, count):
        """[B, S, count * d] to [B, count, S, d]."""
        return x.reshape(*x.shape[:2], count, -1).swapaxes(1, 2)

    def grouped_query_attention(self, x, at):
        c = self.config
        positions, theta = np.arange(x.shape[1]), c["rope_theta"]
        q = rotate(self.heads(self.linear(x, at + "q_proj"), c["num_attention_heads"]), positions, theta, False)
        k = rotate(self.heads(self.linear(x, at + "k_proj"), c["num_key_value_heads"]), positions, theta, False)
        v = self.heads(self.linear(x, at + "v_proj"), c["num_key_value_heads"])
        return self.linear(attend(q, k, v), at + "o_proj")

    def latent_attention(self, x, at):
        """Keys and values come from one latent a token, and one rotated key part is shared by all heads (DeepSeek-V2)."""
        c = self.config
        positions, theta = np.arange(x.shape[1]), c["rope_theta"]
        nope, rank, count = c["qk_nope_head_dim"], c["kv_lora_rank"], c["num_attention_heads"]
        # transformers leaves the norms inside the latents at their default epsilon, whatever rms_norm_eps says.
        q = self.norm(self.linear(x, at + "q_a_proj"), at + "q_a_layernorm", 1e-6)
        q = self.heads(self.linear(q, at + "q_b_proj"), count)
        q = np.concatenate([q[..., :nope], rotate(q[..., nope:], positions, theta, True)], axis=-1)
        latent = self.linear(x, at + "kv_a_proj_with_mqa")
        shared = rotate(latent[:, None, :, rank:], positions, theta, True)
        kv = self.norm(latent[..., :rank], at + "kv_a_layernorm", 1e-6)
        kv = self.heads(self.linear(kv, at + "kv_b_proj"), count)
        k = np.concatenate([kv[..., :nope], np.repeat(shared, count, axis=1)], axis=-1)
        return self.linear(attend(q, k, kv[..., nope:]), at + "o_proj")

    def gated(self, x, at):
        return self.linear(silu(self.linear(x, at + "gate_proj")) * self.linear(x, at + "up_proj"), at + "down_proj")

    def experts(self, x, at):
        """Sigmoid scores; a bias steers which experts are chosen, inside the best groups only, but not their weight."""
        c = self.config
        groups, kept, chosen = c["n_group"], c["topk_group"], c["num_experts_per_tok"]
        tokens = x.reshape(-1, x.shape[-1])
        scores = sigmoid(self.linear(tokens, at + "gate"))
        steered = scores + self.weights[at + "gate.e_score_correction_bias"]
        grouped = steered.reshape(len(tokens), groups, -1)
        best = np.sort(grouped, axis=-1)[..., -2:].sum(axis=-1)
        open_groups = self.largest(best, kept)
        steered = np.where(np.repeat(open_groups, grouped.shape[-1], axis=-1), steered, -np.inf)
        gates = np.where(self.largest(steered, chosen), scores, 0)
        gates = gates / gates.sum(axis=-1, keepdims=True) * c["routed_scaling_factor"]
        out = self.gated(tokens, at + "shared_experts.")
        for e in range(scores.shape[-1]):
            out = out + gates[:, e : e + 1] * self.gated(tokens, f"{at}experts.{e}.")
        return out.reshape(x.shape)

    def largest(self, scores, count):
        """Marks the `count` largest of each row, and notes how clear the choice was."""
        order = np.sort(scores, axis=-1)
        if count < scores.shape[-1]:
            self.route_margin = min(self.route_margin, (order[:, -count] - order[:, -count - 1]).min())
        return scores >= order[:, -count, None]

    def chosen(self, scores, visible, count):
        """Marks the `count` largest of each row's visible scores [B, S, W], and notes how clear the choice was."""
        order = np.sort(scores, axis=-1)
        contested = visible.sum(axis=-1) > count
        if contested.any():
            margins = order[contested][:, -count] - order[contested][:, -count - 1]
            self.route_margin = min(self.route_margin, margins.min())
        return scores >= order[..., -count, None]

    def attention(self, layer, x):
        at = f"model.layers.{layer}."
        x = self.norm(x, at + "input_layernorm")
        if self.config["model_type"] == "deepseek_v4":
            return reference_compressed.attention(self, x, layer)
        latent = self.config["model_type"] == "deepseek_v3"
        return (self.latent_attention if latent else self.grouped_query_attention)(x, at + "self_attn.")

    def feed_forward(self, layer, x):
        at = f"model.layers.{layer}."
        x = self.norm(x, at + "post_attention_layernorm")
        if self.config["model_type"] == "deepseek_v4":
            return reference_compressed.experts(self, x, self.ids, layer)
        routed = layer >= self.config.get("first_k_dense_replace", self.config["num_hidden_layers"])
        return (self.experts if routed else self.gated)(x, at + "mlp.")

    def coefficients(self, h, at):
        """Streams h [B, S, n, C] to H_pre [B, S, n], H_post [B, S, n] and H_res [B, S, n (out), n (in)]."""
        n, w = self.n, self.weights
        base_pre, base_post, base_comb = np.split(w[at + "base"], [n, 2 * n])
        # Stored with the input stream first.
        base_res = base_comb.reshape(n, n).T
        scale = w[at + "scale"]
        if self.residual == "hc":
            mix = np.tanh(rms(h, self.eps) @ w[at + "fn"].T)
            pre = scale[0] * mix[..., 0] + base_pre
            post = scale[1] * mix[..., 1] + base_post
            return pre, post, scale[2] * mix[..., 2:].swapaxes(-1, -2) + base_res
        mix = rms(h.reshape(*h.shape[:2], -1), self.eps) @ w[at + "fn"].T
        pre, post, comb = np.split(mix, [n, 2 * n], axis=-1)
        hc_eps = self.config["hc_eps"]
        pre = sigmoid(scale[0] * pre + base_pre) + hc_eps
        post = 2 * sigmoid(scale[1] * post + base_post)
        res = scale[2] * comb.reshape(*comb.shape[:2], n, n).swapaxes(-1, -2) + base_res
        return pre, post, sinkhorn(res, self.config["hc_sinkhorn_iters"], hc_eps)

    def collapse(self, h):
        """Streams to one before the last norm: a learned head for mhc, their sum for hc."""
        if self.residual == "hc":
            return h.sum(axis=2)
        w = self.weights
        mix = rms(h.reshape(*h.shape[:2], -1), self.eps) @ w["model.hc_head.hc_fn"].T
        pre = sigmoid(w["model.hc_head.hc_scale"] * mix + w["model.hc_head.hc_base"]) + self.config["hc_eps"]
        return (pre[..., None] * h).sum(axis=2)

    def logits(self, ids, trace=None):
        """Token ids [B, S] to logits [B, S, V]; `trace`, a list, takes each site's H_res."""
        self.ids = ids
        x = self.weights["model.embed_tokens.weight"][np.asarray(ids)]
        h = np.repeat(x[:, :, None, :], self.n, axis=2)
        for layer in range(self.config["num_hidden_layers"]):
            for name, sublayer in (("attn_hc.", self.attention), ("ffn_hc.", self.feed_forward)):
                if self.residual == "none":
                    h = h + sublayer(layer, h[:, :, 0])[:, :, None]
                    continue
                pre, post, res = self.coefficients(h, f"model.layers.{layer}.{name}")
                f = sublayer(layer, (pre[..., None] * h).sum(axis=2))
                h = res @ h + post[..., None] * f[:, :, None, :]
                if trace is not None:
                    trace.append(res)
        x = h[:, :, 0] if self.residual == "none" else self.collapse(h)
        head = "model.embed_tokens" if self.config["tie_word_embeddings"] else "lm_head"
        return self.linear(self.norm(x, "model.norm"), head)

    def greedy(self, ids, count):
        """`count` more ids after `ids`, and the least margin: how much the best logit exceeded the second."""
        ids, margin = list(ids), np.inf
        for _ in range(count):
            last = self.logits([ids])[0, -1]
            second, best = np.sort(last)[-2:]
            margin = min(margin, best - second)
            ids.append(int(last.argmax()))
        return ids, margin


def amax_gain(trace):
    """H_res of each site to [sites, 4]: largest absolute row sum (forward) and column sum (backward) of the site, then of
    the product of all sites up to it; means over the tokens (arXiv 2512.24880, figures 3 and 7)."""
    rows, product = [], None
    for res in trace:
        product = res if product is None else res @ product
        rows.append([np.abs(m.sum(axis=axis)).max(axis=-1).mean() for m in (res, product) for axis in (-1, -2)])
    return np.array(rows)
