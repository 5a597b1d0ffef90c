"""Whole models: the TorchScript program that `mhc-eval model inspect --program` writes, with weights bound from Python."""

import functools
import json
import math
import mmap
import statistics
import time
import zlib
from pathlib import Path

import torch

from . import timing

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64,
         "I64": torch.int64}
LOGITS = 1e-4
DECODED = 32
SCALES = torch.tensor([0.7, 0.9, 1.3])


def safetensors(file):
    """name -> tensor over the mapped file."""
    with open(file, "rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(size))
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in TYPES:
            raise SystemExit(f"{file}: {name} has type {entry['dtype']}, supported: {', '.join(TYPES)}")
        kind, (begin, end) = TYPES[entry["dtype"]], entry["data_offsets"]
        count = (end - begin) // kind.itemsize
        flat = torch.frombuffer(mapped, dtype=kind, count=count, offset=8 + size + begin) if count else torch.empty(0, dtype=kind)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def checkpoint(folder):
    """All weights of a checkpoint: one file, or the shards of its index."""
    index = folder / "model.safetensors.index.json"
    names = sorted(set(json.loads(index.read_text())["weight_map"].values())) if index.is_file() else ["model.safetensors"]
    return {name: tensor for file in names for name, tensor in safetensors(folder / file).items()}


def random_weight(name, shape, device):
    """The same numbers for the same name, whatever program asks; sharp attention and asymmetric stream matrices."""
    made = torch.Generator(device).manual_seed(zlib.crc32(name.encode()))
    if name.endswith("scale"):
        return SCALES[: shape[0]].to(device)
    if name.endswith("norm.weight"):
        return 0.6 + 0.8 * torch.rand(shape, generator=made, device=device)
    factor = 0.8 if name.endswith("base") else 1.4 / math.sqrt(shape[-1])
    return factor * torch.randn(shape, generator=made, device=device)


class Program:
    """A loaded program with its weights on a device."""

    def __init__(self, file, device, dtype, stored, made_up=False):
        """`stored` is name -> tensor; `made_up`: it receives random weights for names that it lacks."""
        torch._C._set_graph_executor_optimize(False)  # as evaluations run it
        extra = {"tensors.json": ""}
        self.module = torch.jit.load(str(file), map_location=device, _extra_files=extra)
        self.about = json.loads(extra["tensors.json"])
        self.label = self.about["kernels"] if self.about["residual"] != "none" else "none"
        self.device = device
        weights = [torch.tensor(self.about["frequencies"], dtype=torch.float32, device=device)]
        for spec in self.about["tensors"]:
            kind, first = dtype if spec["kind"] == "compute" else torch.float32, spec["names"][0]
            if made_up and first not in stored:
                stored[first] = random_weight(first, spec["shape"], device).to(kind)
            found = [name for name in spec["names"] if name in stored]
            if not found or list(stored[found[0]].shape) != spec["shape"]:
                raise SystemExit(f"{file} reads {first} {spec['shape']}, which these weights do not hold")
            weights.append(stored[found[0]].to(device).to(kind))
        wrong = self.module.bind(weights)
        if wrong >= 0:
            raise SystemExit(f"weight {wrong} of {file} is not finite")

    def ids(self, *shape):
        made = torch.Generator().manual_seed(3)
        return torch.randint(1, self.about["vocabulary"], shape, generator=made).to(self.device)

    def logits(self, ids):
        """[rows, length] -> float32 [rows * length, V]."""
        return self.module.trace(ids, True)[0].float()

    def prefill(self, ids):
        """One sequence [T]: its keys and values, and the likeliest next token."""
        length = ids.size(0)
        last = torch.tensor([length - 1], device=self.device)
        whole = [0, 1, length]
        positions = torch.arange(length, device=self.device)
        token, _, kept = self.module.prefill(ids, positions, whole, [], [[]], whole, last, 16)
        return token, kept[0]

    def cache(self, kept, rows):
        """A KV cache of `rows` copies of a sequence, large enough to decode."""
        cache = self.module.allocate([], kept, rows, kept[0].size(2) + DECODED)
        for row in range(rows):
            self.module.fill(cache, row, [[], kept])
        return cache

    def decode(self, token, length, cache):
        """`DECODED` greedy steps of every row: tokens [DECODED * rows]."""
        rows = cache[0].size(0)
        at = torch.full((rows,), length, device=self.device)
        none = torch.zeros(0, dtype=torch.int64, device=self.device)
        return self.module.decode(token.expand(rows).contiguous(), at, at, cache, [], none, [[]], length + 1, DECODED)[0]


def seconds(calls, device, samples):
    """Median wall time of each call, the device having finished; in turns, so that all see the same machine."""
    times = [[] for _ in calls]
    for sample in range(samples + 1):
        for call, found in zip(calls, times, strict=True):
            timing.synchronize(device)
            start = time.perf_counter()
            call()
            timing.synchronize(device)
            if sample > 0:
                found.append(time.perf_counter() - start)
    return [statistics.median(found) for found in times]


def differences(got, expected):
    """Largest |difference| / max(1, |expected|), and the share of positions with another likeliest token."""
    error = ((got - expected).abs() / expected.abs().clamp(min=1)).max().item()
    return error, (got.argmax(-1) != expected.argmax(-1)).double().mean().item()


def recorded(folder, programs, device, result):
    """Logits of a checkpoint against its golden.safetensors and between kernels, in float32."""
    stored, golden_file = checkpoint(folder), folder / "golden.safetensors"
    golden = safetensors(golden_file) if golden_file.is_file() else None
    allowed = LOGITS * (10 if "hc" == json.loads((folder / "config.json").read_text()).get("residual") else 1)
    found, passed = {}, True
    for file in programs:
        program = Program(file, device, torch.float32, stored)
        ids = golden["input_ids"].to(device) if golden else program.ids(2, 48)
        found[program.label] = program.logits(ids).cpu()
    comparisons = [(label, "recorded", logits, golden["logits"].flatten(0, 1).float()) for label, logits in found.items()
                   ] if golden else []
    if {"fused", "reference"} <= found.keys():
        comparisons.append(("fused", "reference", found["fused"], found["reference"]))
    for label, other, got, expected in comparisons:
        error, moved = differences(got, expected)
        passed &= error <= allowed
        result["recorded"].append({"checkpoint": folder.name, "kernels": label, "against": other, "error": error,
                                   "allowed": allowed, "other_likeliest_token": moved})
        print(f"{folder.name:20} {label:12} against {other:10} {error:.3g} of {allowed:g} allowed  "
              f"{'ok' if error <= allowed else 'FAILED'}", flush=True)
    return passed


def timed(files, device, dtype, lengths, batches, samples, result, report):
    """Prefill and decoding of programs with the same random weights; and how far fused and reference differ."""
    weights = {}
    programs = [Program(file, device, dtype, weights, made_up=True) for file in files]
    for program in programs:
        about = {key: program.about[key] for key in ("residual", "layers", "hidden", "vocabulary")}
        result["timed"].append({"kernels": program.label, "dtype": str(dtype).removeprefix("torch."), **about})
    columns = []

    def time_all(column, calls, steps=1):
        columns.append(column)
        for row, found in zip(result["timed"], seconds(calls, device, samples), strict=True):
            row[f"{column}_seconds"] = found / steps
        report(result)

    for length in lengths:
        ids = programs[0].ids(length)
        time_all(f"prefill_{length}", [functools.partial(program.prefill, ids) for program in programs])
    length = lengths[0]
    begun = [program.prefill(programs[0].ids(length)) for program in programs]
    for rows in batches:
        calls = [functools.partial(program.decode, token, length, program.cache(kept, rows))
                 for program, (token, kept) in zip(programs, begun, strict=True)]
        time_all(f"decode_{rows}", calls, DECODED)
    plain = next((row for row in result["timed"] if row["residual"] == "none"), None)
    print(f"{'kernels':12}" + "".join(f"{column + ' ms':>22}" for column in columns))
    for row in result["timed"]:
        line = f"{row['kernels']:12}"
        for key in (f"{column}_seconds" for column in columns):
            over = f" ({row[key] / plain[key] - 1:+.1%})" if plain and row is not plain else ""
            line += f"{f'{row[key] * 1e3:.3f}' + over:>22}"
        print(line)
    logits = {program.label: program.logits(program.ids(1, 64)).cpu() for program in programs}
    if not {"fused", "reference"} <= logits.keys():
        return True
    error, moved = differences(logits["fused"], logits["reference"])
    # Deep random models amplify rounding; a wrong kernel is orders of magnitude away.
    allowed = 1e-2 if dtype == torch.float32 else None
    result["fused_against_reference"] = {"error": error, "allowed": allowed, "other_likeliest_token": moved}
    print(f"fused against reference: logits differ by {error:.3g}, {moved:.1%} of the likeliest tokens")
    return allowed is None or error <= allowed


def run(device, options, report):
    """Both parts; returns whether everything agreed."""
    result = {"recorded": [], "timed": []}
    passed = True
    for folder, *files in options.checkpoint or []:
        passed &= recorded(Path(folder), files, device, result)
        report(result)
    if options.random:
        passed &= timed(options.random, device, getattr(torch, options.model_dtype), options.prefill, options.decode,
                        options.model_samples, result, report)
    report(result)
    return passed


def write_configs(folder, hidden, layers, vocabulary):
    """config.json of a Llama with four mHC streams and of its plain sibling, for `mhc-eval model inspect --program`."""
    common = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": vocabulary, "hidden_size": hidden,
              "intermediate_size": -(-hidden * 8 // 3 // 128) * 128, "num_hidden_layers": layers,
              "num_attention_heads": max(1, hidden // 128), "num_key_value_heads": max(1, hidden // 128),
              "head_dim": min(128, hidden), "hidden_act": "silu", "max_position_embeddings": 8192, "rms_norm_eps": 1e-6,
              "rope_theta": 10000.0, "tie_word_embeddings": False}
    for name, more in (("mhc", {"residual": "mhc", "hc_mult": 4, "hc_sinkhorn_iters": 20, "hc_eps": 1e-6}), ("none", {})):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "config.json").write_text(json.dumps(common | more, indent=1) + "\n")
        print(folder / name / "config.json")
