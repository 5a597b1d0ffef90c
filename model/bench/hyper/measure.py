"""Times every operation beside the same in eager torch and through torch.compile.

Below 4096 tokens inputs are warm, as the operation before leaves them, and on a GPU measured cold as well; from there on they
are cold: weights and streams rotate through more than a last-level cache holds. Results are allocated by each call, as in a
model, but for operations whose name ends in `_`, which write over their streams. Calls follow each other without waiting: with few
tokens on a GPU that is the time to launch them, and the CUDA graph's is what they take. Bytes are those that must move, each
once, weights included; the floor is the larger of these at the rate of a copy and of the projection's FLOPs at the rate of a
matrix product.
"""

import functools

import torch

from . import reference, timing
from .reference import HC_EPS, ITERATIONS, NORM_EPS, POST_MULT, Inputs, rows_of

COLD_TOKENS = 4096
MOST_SETS = 1024


def site(pre, post, x):
    """Both halves, with nothing in between where the sublayer would be."""
    _, p, c = pre(x.h, x.fn, x.scale, x.base)
    return post(x.f, x.h, p, c)


def operations(n):
    """name -> fused call on Inputs, eager function, and its arguments among Inputs."""
    ops, settings = torch.ops.mhc, (ITERATIONS, NORM_EPS, HC_EPS, POST_MULT)
    read = lambda h, fn, scale, base: ops.hc_pre(h, fn, scale, base, None, n, *settings)
    weights = lambda x: (x.fn, x.scale, x.base)
    return {
        "hc_mix": (lambda x: ops.hc_mix(x.h, x.fn, NORM_EPS), reference.eager_mix, lambda x: (x.h, x.fn)),
        "hc_coeffs": (lambda x: ops.hc_coeffs(x.mix, x.scale, x.base, n, ITERATIONS, HC_EPS, POST_MULT),
                      reference.eager_coeffs, lambda x: (x.mix, x.scale, x.base, n)),
        "hc_apply_pre": (lambda x: ops.hc_apply_pre(x.h, x.pre), reference.eager_apply_pre, lambda x: (x.h, x.pre)),
        "hc_pre": (lambda x: read(x.h, *weights(x)), reference.eager_pre, lambda x: (x.h, *weights(x))),
        "hc_post": (lambda x: ops.hc_post(x.f, x.h, x.post, x.comb), reference.eager_post,
                    lambda x: (x.f, x.h, x.post, x.comb)),
        "hc_post_pre": (lambda x: ops.hc_post_pre(x.f, x.h, x.post, x.comb, *weights(x), None, *settings),
                        reference.eager_post_pre, lambda x: (x.f, x.h, x.post, x.comb, *weights(x))),
        "hc_post_": (lambda x: ops.hc_post_(x.f, x.h, x.post, x.comb), reference.eager_post,
                     lambda x: (x.f, x.h, x.post, x.comb)),
        "hc_post_pre_": (lambda x: ops.hc_post_pre_(x.f, x.h, x.post, x.comb, *weights(x), None, *settings),
                         reference.eager_post_pre, lambda x: (x.f, x.h, x.post, x.comb, *weights(x))),
        "hc_head": (lambda x: ops.hc_head(x.h, *x.merge, NORM_EPS, HC_EPS), reference.eager_head,
                    lambda x: (x.h, *x.merge)),
        "site": (lambda x: site(read, ops.hc_post, x),
                 functools.partial(site, reference.eager_pre, reference.eager_post), lambda x: (x,)),
    }


def work(op, n):
    """Values of a stream's type per channel and token, float32 per token, rows of fn."""
    rows = rows_of(n)
    return {"hc_mix": (n, rows, rows), "hc_coeffs": (0, 2 * rows, 0), "hc_apply_pre": (n + 1, n, 0),
            "hc_pre": (n + 1, rows - n, rows), "hc_post": (2 * n + 1, rows - n, 0),
            "hc_post_": (2 * n + 1, rows - n, 0), "hc_post_pre_": (2 * n + 2, 2 * (rows - n), rows),
            "hc_post_pre": (2 * n + 2, 2 * (rows - n), rows), "hc_head": (n + 1, 0, n),
            "site": (3 * n + 2, 2 * (rows - n), rows)}[op]


def inputs(tokens, n, channels, dtype, device, cold):
    """One set of inputs or, to find them cold, as many as the working set takes."""
    first = Inputs.random(tokens, n, channels, dtype, device, sharpness=1.0)
    large = ("h", "f", "fn")
    size = sum(vars(first)[name].nbytes for name in large)
    sets = min(MOST_SETS, max(2, -(-timing.WORKING_SET // size))) if cold else 1
    return [first] + [Inputs(**{**vars(first), **{name: vars(first)[name].clone() for name in large}})
                      for _ in range(sets - 1)]


def temperatures(tokens, device):
    """Whether inputs are cold, for each time that a shape is measured."""
    return [True] if tokens >= COLD_TOKENS else [False] if device == "cpu" else [False, True]


def judged(row, machine):
    """A row with its bytes and fractions."""
    wide, narrow, projected = work(row["op"], row["streams"])
    size = 2 if row["dtype"] == "bfloat16" else 4
    length = row["streams"] * row["channels"]
    moved = row["tokens"] * (wide * row["channels"] * size + 4 * narrow) + 4 * projected * length
    flops = 2 * projected * length * row["tokens"]
    copy_time = moved / machine["copy_bytes_per_second"]
    seconds = row["fused"]["seconds"]
    row |= {"bytes": moved, "copy_fraction": copy_time / seconds}
    for name in ("float32", "tf32"):
        if flops and f"{name}_flops_per_second" in machine:
            flop_time = flops / machine[f"{name}_flops_per_second"]
            row[f"{name}_flop_fraction"] = flop_time / seconds
            row[f"{name}_floor_fraction"] = max(copy_time, flop_time) / seconds
    for other in ("eager", "compiled"):
        if "seconds" in row.get(other, {}):
            row[f"{other}_ratio"] = row[other]["seconds"] / seconds
    return row


def compiled(eager, arguments, x):
    """The eager expressions through torch.compile at exactly these shapes; of a site, each half."""
    torch._dynamo.reset()
    if isinstance(eager, functools.partial):
        call = functools.partial(eager.func, *(torch.compile(half, dynamic=False) for half in eager.args))
    else:
        call = torch.compile(eager, dynamic=False)
    call(*arguments(x))
    return lambda x: call(*arguments(x))


HEADER = (f"{'operation':13}{'tokens':>7}{'C':>6}{'n':>3} {'type':9}{'inputs':7}{'us':>10}{'MB':>9}{'copy':>7}{'FLOPs':>7}"
          f"{'eager':>8}{'compile':>9}{'graph us':>10}{'eager':>8}")


def line(row):
    def column(value, width, form, unit=""):
        return f"{'-' if value is None else format(value, form) + unit:>{width}}"

    graph, eager_graph = row.get("graph", {}).get("seconds"), row.get("eager_graph", {}).get("seconds")
    return (f"{row['op']:13}{row['tokens']:7}{row['channels']:6}{row['streams']:3} {row['dtype']:9}{row['inputs']:7}"
            + column(row["fused"]["seconds"] * 1e6, 10, ".1f") + column(row["bytes"] / 1e6, 9, ".2f")
            + column(row["copy_fraction"], 7, ".0%") + column(row.get("float32_flop_fraction"), 7, ".0%")
            + column(row.get("eager_ratio"), 8, ".1f", "x") + column(row.get("compiled_ratio"), 9, ".1f", "x")
            + column(graph and graph * 1e6, 10, ".1f")
            + column(graph and eager_graph and eager_graph / graph, 8, ".1f", "x"))


def guarded(call, problems, what):
    try:
        return call()
    except Exception as problem:  # one variant that fails leaves the others' figures
        problems.append(f"{what}: {type(problem).__name__}: {str(problem).strip().splitlines()[0]}")
        return {}


def measure_shape(device, names, with_compile, sets, cold, result, machine, report):
    """Adds a row to the result for each operation on these sets of inputs."""
    tokens, n, channels = sets[0].h.shape
    dtype = str(sets[0].h.dtype).removeprefix("torch.")
    for op, (fused, eager, arguments) in operations(n).items():
        if op not in names:
            continue
        row = {"op": op, "tokens": tokens, "channels": channels, "streams": n, "dtype": dtype,
               "inputs": "cold" if cold and op != "hc_coeffs" else "warm"}
        each = lambda call: lambda i: call(sets[i % len(sets)])
        what = f"{op} T={tokens} C={channels} n={n} {dtype} {row['inputs']}"
        for name, call in (("fused", fused), ("eager", lambda x: eager(*arguments(x)))):
            row[name] = guarded(lambda: timing.measure(each(call), device), result["problems"], f"{name} {what}")
            if device != "cpu" and tokens <= 8:
                row["graph" if name == "fused" else "eager_graph"] = guarded(
                    lambda: timing.graph(each(call), device, max(20, len(sets))), result["problems"],
                    f"{name} graph {what}")
        if with_compile:
            row["compiled"] = guarded(lambda: timing.measure(each(compiled(eager, arguments, sets[0])), device),
                                      result["compile_problems"], f"compile {what}")
        if row["fused"]:
            result["rows"].append(judged(row, machine))
            print(line(row), flush=True)
        report(result)


def run(device, options, names, with_compile, report):
    """Measures `names` at every shape of the options; returns whether no fused or eager call failed."""
    machine = timing.machine(device)
    result = {"machine": machine, "library": torch.ops.mhc.hc_library(), "rows": [], "problems": [], "compile_problems": []}
    print("  ".join(f"{name} {value / 1e9:,.1f} G" for name, value in machine.items()))
    print(HEADER, flush=True)
    for n in options.n:
        for channels in options.channels:
            for tokens in options.tokens:
                for dtype in options.dtypes:
                    for cold in temperatures(tokens, device):
                        sets = inputs(tokens, n, channels, getattr(torch, dtype), device, cold)
                        measure_shape(device, names, with_compile, sets, cold, result, machine, report)
                        del sets
    for problem in result["problems"] + result["compile_problems"]:
        print("FAILED", problem)
    return not result["problems"]
