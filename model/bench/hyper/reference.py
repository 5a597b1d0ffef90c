"""Manifold-constrained hyper-connections in plain torch, twice, and their random inputs.

`mix`, `coefficients`, `apply_pre`, `post`, `head`, `gain` are float64, written from arXiv 2512.24880 Eq. 7-9 with the epsilons
of DeepSeek-V4: what results are held against. `eager_*` are the same expressions in the types a model would use: what times
are held against, as they are and through torch.compile.

Shapes: T tokens, n streams, C channels; h [T, n, C], f and y [T, C], pre and post [T, n], comb [T, n, n] with index [in, out].
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

ITERATIONS, HC_EPS, NORM_EPS, POST_MULT = 20, 1e-6, 1e-6, 2.0


def rows_of(n):
    """Rows of fn, and entries of base: pre | post | comb."""
    return 2 * n + n * n


def rms(x, eps):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)


def sinkhorn(logits, iterations, eps):
    comb = torch.softmax(logits, -1) + eps
    comb = comb / (comb.sum(-2, keepdim=True) + eps)
    for _ in range(iterations - 1):
        comb = comb / (comb.sum(-1, keepdim=True) + eps)
        comb = comb / (comb.sum(-2, keepdim=True) + eps)
    return comb


def mix(h, fn, norm_eps=NORM_EPS):
    return rms(h.double().flatten(1), norm_eps) @ fn.double().T


def coefficients(mix, scale, base, n, iterations=ITERATIONS, eps=HC_EPS):
    logits = mix.double() * scale.double().repeat_interleave(torch.tensor([n, n, n * n], device=mix.device)) + base.double()
    pre, post, comb = logits.split([n, n, n * n], -1)
    comb = sinkhorn(comb.unflatten(-1, (n, n)), iterations, eps)
    return torch.sigmoid(pre) + eps, POST_MULT * torch.sigmoid(post), comb


def apply_pre(h, pre):
    return torch.einsum("tn,tnc->tc", pre.double(), h.double())


def post(f, h, post, comb):
    return post.double().unsqueeze(-1) * f.double().unsqueeze(1) + torch.einsum("tio,tic->toc", comb.double(), h.double())


def head(h, fn, scale, base):
    return apply_pre(h, torch.sigmoid(scale.double() * mix(h, fn) + base.double()) + HC_EPS)


def gain(combs):
    """[sites, T, n, n] -> [sites, 4]: largest absolute row and column sum of comb^T, and of its running product; token means."""
    product, rows = None, []
    for comb in combs.double():
        one = comb.transpose(-1, -2)
        product = one if product is None else one @ product
        rows.append([m.sum(axis).abs().amax(-1).mean() for m in (one, product) for axis in (-1, -2)])
    return torch.tensor(rows, dtype=torch.float64)


def eager_mix(h, fn):
    return F.linear(rms(h.flatten(1).to(fn.dtype), NORM_EPS), fn)


def eager_coeffs(mix, scale, base, n):
    pre, post, comb = mix.split([n, n, n * n], -1)
    b_pre, b_post, b_comb = base.split([n, n, n * n])
    pre = torch.sigmoid(scale[0] * pre + b_pre) + HC_EPS
    post = POST_MULT * torch.sigmoid(scale[1] * post + b_post)
    return pre, post, sinkhorn((scale[2] * comb + b_comb).unflatten(-1, (n, n)), ITERATIONS, HC_EPS)


def eager_apply_pre(h, pre):
    return (pre.unsqueeze(-1) * h).sum(1).to(h.dtype)


def eager_pre(h, fn, scale, base):
    pre, post, comb = eager_coeffs(eager_mix(h, fn), scale, base, h.size(1))
    return eager_apply_pre(h, pre), post, comb


def eager_post(f, h, post, comb):
    return post.to(h.dtype).unsqueeze(-1) * f.unsqueeze(-2) + comb.to(h.dtype).transpose(-1, -2) @ h


def eager_post_pre(f, h, post, comb, fn, scale, base):
    out = eager_post(f, h, post, comb)
    return (out, *eager_pre(out, fn, scale, base))


def eager_head(h, fn, scale, base):
    return eager_apply_pre(h, torch.sigmoid(scale * eager_mix(h, fn) + base) + HC_EPS)


@dataclass
class Inputs:
    """Arguments of every operation at one shape; streams of `dtype`, everything else float32."""

    h: torch.Tensor
    f: torch.Tensor
    fn: torch.Tensor
    scale: torch.Tensor
    base: torch.Tensor
    mix: torch.Tensor
    norm: torch.Tensor
    pre: torch.Tensor
    post: torch.Tensor
    comb: torch.Tensor
    merge: tuple  # fn, scale and base of hc_head

    @staticmethod
    def random(tokens, n, channels, dtype, device, sharpness=3.0, seed=1):
        """Sharp asymmetric logits: a transposed matrix, another order of normalisation or 19 iterations would show."""
        made = torch.Generator(device).manual_seed(seed)

        def normal(*shape):
            return torch.randn(shape, generator=made, device=device)

        rows, length = rows_of(n), n * channels
        scale = torch.tensor([1.0, 1.5, sharpness], device=device)
        base = sharpness * normal(rows)
        mix = normal(tokens, rows)
        pre, post, comb = (x.float() for x in coefficients(mix, scale, base, n))
        fn = normal(rows, length) / length**0.5
        return Inputs(normal(tokens, n, channels).to(dtype), normal(tokens, channels).to(dtype), fn, scale, base, mix,
                      normal(channels), pre, post, comb, (fn[:n], scale[:1], base[:n]))
