"""Every operation against float64: errors as multiples of what is allowed.

Allowed (`--tf32` where the projection runs on TF32 matrix units): coefficients 1e-6 for the CPU's kernels and 2e-6 for the CUDA
ones, on a GPU or on the host runtime, absolute, times the spread of the logits where that is above 1; float32 streams the same,
relative to the sum of the absolute terms; bfloat16 streams 2 units in the last place at most, and 1 for 99.9 % of the values;
repeated calls and fused chains to the bit.
"""

import torch

from . import reference as exact
from .reference import HC_EPS, ITERATIONS, NORM_EPS, POST_MULT, Inputs

STREAMS = (1, 2, 4, 8, 3)
TOKENS = (0, 1, 8, 13, 137, 512, 4096)
CHANNELS = (64, 100, 768, 1280, 2560, 4096, 7168)
SPLITS = (1, 2, 4, 8, 16)
# h of a shape in a quick run and on a CPU: above it the float64 side takes minutes or gigabytes.
QUICK, ON_CPU, ON_GPU = 1 << 19, 1 << 22, 1 << 28
MOST_CRASHES = 5
WRONG = 1e30


def most_values(device, quick):
    """Values of h in the largest shapes that are checked, unless others are asked for."""
    return QUICK if quick else ON_CPU if device == "cpu" else ON_GPU


class Checks:
    """Worst results by operation, and every failure."""

    def __init__(self, device, cuda_kernels, tf32):
        self.device = device
        self.coefficient = 2e-6 if cuda_kernels else 1e-6
        self.mixed = 1e-3 if tf32 else self.coefficient
        self.projected = 2e-3 if tf32 else self.coefficient
        self.worst, self.failures, self.where, self.crashes = {}, [], "", 0

    def note(self, what, ratio, error):
        """`ratio` of an error to what is allowed; NaN fails. JSON knows neither NaN nor infinities."""
        ratio = ratio if ratio < WRONG else WRONG
        error = error if isinstance(error, str) or abs(error) < WRONG else str(error)
        if not ratio <= 1:
            self.failures.append({"check": what, "at": self.where, "error": error, "times_allowed": ratio})
        if what not in self.worst or not ratio <= self.worst[what]["times_allowed"]:
            self.worst[what] = {"times_allowed": ratio, "error": error, "at": self.where}

    def near(self, what, got, expected, allowed, size=1.0):
        """|got - expected| / max(1, |expected|, size) within `allowed`."""
        if got.shape != expected.shape:
            self.note(what, WRONG, f"shape {list(got.shape)}, expected {list(expected.shape)}")
        elif expected.numel():
            size = torch.clamp(torch.maximum(expected.abs(), torch.as_tensor(size, device=expected.device)), min=1)
            error = ((got.double() - expected).abs() / size).max().item()
            self.note(what, error / allowed, error)

    def rounded(self, what, got, expected, size, allowed):
        """Streams: as `near` in float32, by units in the last place in bfloat16. `size` is the sum of the absolute terms."""
        if got.dtype == torch.float32 or got.shape != expected.shape or not expected.numel():
            return self.near(what, got, expected, allowed, size)
        # Where terms cancel, the unit is that of a value 2^8 times below them.
        unit = torch.exp2(torch.floor(torch.log2(torch.maximum(expected.abs(), size * 2**-8).clamp(min=2**-120))) - 7)
        units = ((got.double() - expected).abs() - allowed * size).clamp(min=0) / unit
        self.note(what, units.max().item() / 2, units.max().item())
        self.note(what + ", share above 1 ulp", (units > 1).double().mean().item() / 1e-3, (units > 1).sum().item())

    def same(self, what, got, expected):
        wrong = sum(int((a != b).sum()) if a.shape == b.shape else 1 for a, b in zip(got, expected, strict=True))
        self.note(what, 0.0 if wrong == 0 else WRONG, wrong)

    def attempt(self, call, *arguments):
        """An operation that cannot run is a failure among the others, unless that goes on."""
        try:
            call(self, *arguments)
        except Exception as problem:
            text = f"{type(problem).__name__}: {str(problem).strip().splitlines()[0]}"
            self.failures.append({"check": "runs", "at": self.where, "error": text, "times_allowed": WRONG})
            self.crashes += 1
            if self.crashes == MOST_CRASHES:
                raise

    def refused(self, what, call):
        try:
            call()
            self.note(what, WRONG, "was taken")
        except RuntimeError:
            self.note(what, 0.0, "")


def check_shape(checks, x):
    """All operations on one set of inputs."""
    ops, n, dtype = torch.ops.mhc, x.h.size(1), str(x.h.dtype).removeprefix("torch.")
    name = lambda op: f"{op} {dtype}"
    site = (x.fn, x.scale, x.base)
    settings = (ITERATIONS, NORM_EPS, HC_EPS, POST_MULT)
    sharp = max(1.0, x.scale.abs().max().item())
    allowed = checks.coefficient

    mix, pre_of = exact.mix(x.h, x.fn), lambda h: ops.hc_pre(h, *site, None, n, *settings)
    got_mix = ops.hc_mix(x.h, x.fn, NORM_EPS)
    checks.near(name("hc_mix"), got_mix, mix, checks.mixed)
    for splits in SPLITS:
        part = ops.hc_mix(x.h, x.fn, NORM_EPS, splits)
        checks.near(name("hc_mix with splits"), part, mix, max(checks.mixed, 1e-5))
        checks.same(name("hc_mix with splits, again"), [part], [ops.hc_mix(x.h, x.fn, NORM_EPS, splits)])

    got = ops.hc_coeffs(x.mix, x.scale, x.base, n, ITERATIONS, HC_EPS, POST_MULT)
    for part, a, b in zip(("pre", "post", "comb"), got, exact.coefficients(x.mix, x.scale, x.base, n)):
        checks.near(f"hc_coeffs {part}", a, b, allowed)

    y, size = exact.apply_pre(x.h, x.pre), exact.apply_pre(x.h.abs(), x.pre)
    checks.rounded(name("hc_apply_pre"), ops.hc_apply_pre(x.h, x.pre), y, size, allowed)
    out, size = exact.post(x.f, x.h, x.post, x.comb), exact.post(x.f.abs(), x.h.abs(), x.post, x.comb)
    got_out = ops.hc_post(x.f, x.h, x.post, x.comb)
    checks.rounded(name("hc_post"), got_out, out, size, allowed)

    read = pre_of(x.h)
    coefficients = exact.coefficients(mix, x.scale, x.base, n)
    y, size = exact.apply_pre(x.h, coefficients[0]), exact.apply_pre(x.h.abs(), coefficients[0])
    checks.rounded(name("hc_pre y"), read[0], y, size, checks.projected * sharp)
    for part, a, b in zip(("post", "comb"), read[1:], coefficients[1:]):
        checks.near(name("hc_pre " + part), a, b, checks.projected * sharp)
    pre, post, comb = ops.hc_coeffs(got_mix, x.scale, x.base, n, ITERATIONS, HC_EPS, POST_MULT)
    checks.same(name("hc_pre = hc_mix, hc_coeffs, hc_apply_pre"), read, (ops.hc_apply_pre(x.h, pre), post, comb))
    checks.same(name("hc_pre, again"), read, pre_of(x.h))

    normed = ops.hc_pre(x.h, *site, x.norm, n, *settings)
    wanted = x.norm.double() * exact.rms(read[0].double(), NORM_EPS)
    checks.rounded(name("hc_pre normed"), normed[0], wanted, wanted.abs(), 2 * checks.coefficient)
    checks.same(name("hc_pre normed, coefficients"), normed[1:], read[1:])

    fused = ops.hc_post_pre(x.f, x.h, x.post, x.comb, *site, x.norm, *settings)
    checks.same(name("hc_post_pre = hc_post, hc_pre"), fused, (got_out, *ops.hc_pre(got_out, *site, x.norm, n, *settings)))
    checks.same(name("hc_post_pre, again"), fused, ops.hc_post_pre(x.f, x.h, x.post, x.comb, *site, x.norm, *settings))

    overwritten = x.h.clone()
    checks.same(name("hc_post_ = hc_post"), [ops.hc_post_(x.f, overwritten, x.post, x.comb), overwritten], [got_out, got_out])
    overwritten = x.h.clone()
    in_place = ops.hc_post_pre_(x.f, overwritten, x.post, x.comb, *site, x.norm, *settings)
    checks.same(name("hc_post_pre_ = hc_post_pre"), (*in_place, overwritten), (*fused, got_out))

    # Read weights are below 1 + hc_eps.
    size = exact.apply_pre(x.h.abs(), torch.ones_like(x.pre))
    checks.rounded(name("hc_head"), ops.hc_head(x.h, *x.merge, NORM_EPS, HC_EPS), exact.head(x.h, *x.merge), size,
                   checks.projected * sharp)


def check_layouts(checks, device):
    """Inputs that are not contiguous give the same bits."""
    ops, settings = torch.ops.mhc, (ITERATIONS, NORM_EPS, HC_EPS, POST_MULT)
    for dtype in (torch.float32, torch.bfloat16):
        x = Inputs.random(13, 4, 100, dtype, device)
        checks.where = f"T=13 n=4 C=100, not contiguous, {dtype}"
        across = Inputs(**{**vars(x), "h": x.h.transpose(0, 2).contiguous().transpose(0, 2), "f": x.f.T.contiguous().T,
                           "fn": x.fn.T.contiguous().T, "comb": x.comb.transpose(1, 2).contiguous().transpose(1, 2)})
        for what, call in (("hc_pre", lambda z: ops.hc_pre(z.h, z.fn, z.scale, z.base, None, 4, *settings)),
                           ("hc_post", lambda z: [ops.hc_post(z.f, z.h, z.post, z.comb)])):
            checks.same(f"{what}, not contiguous", call(across), call(x))


def check_zeros(checks, device):
    """Streams of zeros leave the coefficients of `base` alone."""
    for dtype in (torch.float32, torch.bfloat16):
        x = Inputs.random(13, 4, 100, dtype, device)
        checks.where = f"T=13 n=4 C=100, zeros, {dtype}"
        for eps in (NORM_EPS, 1e-20):
            read = torch.ops.mhc.hc_pre(x.h * 0, x.fn, x.scale, x.base, None, 4, ITERATIONS, eps, HC_EPS, POST_MULT)
            for got, expected in zip(read[1:], exact.coefficients(x.mix * 0, x.scale, x.base, 4)[1:]):
                checks.near("streams of zeros", got, expected, 3 * checks.coefficient)
            checks.same("streams of zeros, y", [read[0]], [x.h[:, 0] * 0])


def check_sharp(checks, device):
    """Logits of +-80: the mix's last bit is a large part of a logit's."""
    for n in STREAMS:
        checks.where = f"T=137 n={n}, logits of +-80"
        x = Inputs.random(137, n, 64, torch.float32, device)
        base = torch.where(x.base > 0, 80.0, -80.0)
        got = torch.ops.mhc.hc_coeffs(x.mix, x.scale, base, n, ITERATIONS, HC_EPS, POST_MULT)
        for a, b in zip(got, exact.coefficients(x.mix, x.scale, base, n)):
            checks.near("hc_coeffs, logits of +-80", a, b, 80 * checks.coefficient)


def check_gain(checks, device):
    for n in STREAMS:
        checks.where = f"3 sites, T=7 n={n}"
        combs = torch.randn(3, 7, n, n, device=device)
        checks.near("hc_gain", torch.ops.mhc.hc_gain(combs).cpu(), exact.gain(combs), 1e-12)


def check_refusals(checks, device):
    ops, x = torch.ops.mhc, Inputs.random(5, 4, 64, torch.float32, device)
    checks.where = "wrong arguments"
    checks.refused("wrong shape", lambda: ops.hc_apply_pre(x.h, x.pre[:4]))
    checks.refused("wrong type", lambda: ops.hc_apply_pre(x.h.double(), x.pre))


def run(device, most, cuda_kernels, tf32, report):
    """Checks shapes of at most `most` values of h; returns whether everything held. `report(result)` receives the state so far,
    now and then."""
    checks = Checks(device, cuda_kernels, tf32)
    shapes = [(t, n, c) for c in CHANNELS for n in STREAMS for t in TOKENS if t * n * c <= most]
    result = {"shapes": 0, "worst": checks.worst, "failures": checks.failures}
    for edge in (check_layouts, check_zeros, check_sharp, check_gain, check_refusals):
        checks.attempt(edge, device)
    for tokens, n, channels in shapes:
        for dtype in (torch.float32, torch.bfloat16):
            checks.where = f"T={tokens} n={n} C={channels} {dtype}"
            checks.attempt(check_shape, Inputs.random(tokens, n, channels, dtype, device))
        result["shapes"] += 1
        report(result)
    print(f"{'check':48} {'error':>12} {'of allowed':>10}  worst at")
    for what, worst in sorted(checks.worst.items()):
        error = worst["error"] if isinstance(worst["error"], str) else f"{worst['error']:.3g}"
        print(f"{what:48} {error:>12} {worst['times_allowed']:10.3f}  {worst['at']}")
    print(f"{len(checks.failures)} failures over {len(shapes)} shapes, float32 and bfloat16")
    for failure in checks.failures[:20]:
        print("FAILED", failure)
    return not checks.failures
