#!/usr/bin/env python3
"""Checks and measures the fused kernels (torch.ops.mhc.*) from Python, on a GPU or a CPU. Needs torch 2.7 or newer alone.

    python model/bench/gpu_bench.py [--device cuda|cpu] [--quick] [--out results.json]
        [--checkpoint FOLDER PROGRAM...] [--random PROGRAM...] [--parts check,model,measure,compile]
    python model/bench/gpu_bench.py configs FOLDER [--hidden 2560] [--layers 24] [--vocabulary 32000]

Parts, each in a process of its own, so that one that fails or hangs leaves the others' results:

check    every operation against float64 written out in hyper/reference.py; see hyper/checks.py for what is allowed
model    programs written by `mhc-eval model inspect PATH --program FILE --kernels fused|reference`: --checkpoint compares
         their logits with golden.safetensors in the folder and with each other, in float32; --random times them with random
         weights (prefill, decoding), `none` programs being what the overhead is relative to
measure  every operation beside the same in eager torch: microseconds, bytes that must move, fractions of the copy bandwidth
         and of the projection's FLOP floor measured in this run; for few tokens on a GPU also inside a CUDA graph
compile  the same beside torch.compile, at fewer shapes

Everything goes into --out as it is found. Exit status 1 when a check fails or a part does not end well. `configs` writes the
config.json of a Llama with four streams and of its plain sibling, for programs without a checkpoint.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = ["check", "model", "measure", "compile"]
LIBRARY = HERE.parent / "target" / "native" / "libmhc_kernels.so"


def numbers(text):
    return [int(part) for part in text.split(",")]


def words(text):
    return text.split(",")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--device", choices=["cuda", "cpu"], help="default: cuda where there is one")
    add("--library", type=Path, default=LIBRARY, help="default: %(default)s")
    add("--parts", type=words, default=PARTS, help="default: all")
    add("--out", type=Path, default=Path("results.json"), help="default: %(default)s")
    add("--seconds", type=int, help="most seconds of a part (default: 180 on a GPU, 3600 on a CPU)")
    add("--threads", type=int, default=1, help="of torch on a CPU (default: %(default)s)")
    add("--quick", action="store_true", help="small shapes only, in checks and measurements")
    add("--check-values", type=int, help="check shapes of at most so many values of h (default: by device and --quick)")
    add("--host-runtime", action="store_true", help="the library is of host_library.sh: allow the CUDA kernels' error")
    add("--tf32", action="store_true", help="allow the projection the error of TF32 matrix units")
    add("--n", type=numbers, default=[4], help="streams in measurements (default: 4)")
    add("--tokens", type=numbers, help="in measurements (default: 1,2,4,8,64,512,4096 and on a GPU 32768)")
    add("--channels", type=numbers, help="in measurements (default: 768,1280,2560,4096,7168)")
    add("--dtypes", type=words, help="in measurements (default: float32, on a GPU bfloat16,float32)")
    add("--no-compile", action="store_true", help="leave out the part `compile`")
    add("--checkpoint", nargs="+", action="append", metavar="PATH", help="a folder and the programs that read it")
    add("--random", nargs="+", type=Path, metavar="PROGRAM", help="programs to time with random weights")
    add("--model-dtype", choices=["float32", "bfloat16"], help="of --random (default: bfloat16 on a GPU, else float32)")
    add("--prefill", type=numbers, default=[512, 4096], help="tokens (default: 512,4096); decoding follows the first")
    add("--decode", type=numbers, default=[1, 16], help="rows decoded together (default: 1,16)")
    add("--model-samples", type=int, default=5, help="of each whole-model time (default: %(default)s)")
    add("--part", choices=PARTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def run_part(options):
    """One part in this process; its state is written to --out about every second."""
    import torch

    from hyper import checks, measure, program

    torch.set_grad_enabled(False)
    torch.set_num_threads(options.threads)
    torch.ops.load_library(str(options.library))
    on_gpu = options.device == "cuda"
    written, latest = 0.0, {}

    def report(result, force=False):
        nonlocal written, latest
        latest = result
        if force or time.monotonic() - written > 1:
            fresh = options.out.with_suffix(".fresh")
            fresh.write_text(json.dumps(result))
            os.replace(fresh, options.out)
            written = time.monotonic()

    try:
        if options.part == "check":
            most = options.check_values or checks.most_values(options.device, options.quick)
            return checks.run(options.device, most, on_gpu or options.host_runtime, options.tf32, report)
        if options.part == "model":
            return program.run(options.device, options, report)
        few = options.part == "compile" or options.quick
        options.tokens = options.tokens or ([1, 512, 4096] if few else [1, 2, 4, 8, 64, 512, 4096] + [32768] * on_gpu)
        options.channels = options.channels or ([2560] if few else [768, 1280, 2560, 4096, 7168])
        options.dtypes = options.dtypes or (["bfloat16", "float32"] if on_gpu and not few else
                                            ["bfloat16"] if on_gpu else ["float32"])
        every = ["hc_mix", "hc_coeffs", "hc_apply_pre", "hc_pre", "hc_post", "hc_post_", "hc_post_pre", "hc_post_pre_",
                 "hc_head", "site"]
        names = ["hc_coeffs", "hc_pre", "hc_post", "hc_post_pre", "site"] if options.part == "compile" else every
        return measure.run(options.device, options, names, options.part == "compile", report)
    finally:
        report(latest, force=True)


def environment(options):
    import torch

    about = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
             "command": sys.argv, "torch": torch.__version__, "python": platform.python_version(),
             "library_sha256": hashlib.sha256(options.library.read_bytes()).hexdigest(), "device": options.device,
             "processor": platform.processor() or platform.machine()}
    if options.device == "cuda":
        about |= {"gpu": torch.cuda.get_device_name(), "cuda": torch.version.cuda,
                  "gpu_l2_bytes": getattr(torch.cuda.get_device_properties(0), "L2_cache_size", None)}
        query = ["nvidia-smi", "--query-gpu=driver_version,clocks.max.sm,clocks.max.mem,power.limit", "--format=csv,noheader"]
        about["driver"] = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip() or None
    else:
        model = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name")] if Path("/proc/cpuinfo").exists() else []
        about |= {"cpu": model[0] if model else None, "threads": options.threads}
    return about


def run_all(options):
    results = {"environment": environment(options), "parts": {}}
    print(json.dumps(results["environment"], indent=1), flush=True)
    for part in options.parts:
        if part == "compile" and options.no_compile or part == "model" and not (options.checkpoint or options.random):
            continue
        print(f"\n== {part}", flush=True)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "part.json"
            command = [sys.executable, __file__, *sys.argv[1:], "--part", part, "--out", str(out), "--device", options.device]
            try:
                status = subprocess.run(command, timeout=options.seconds, check=False).returncode
            except subprocess.TimeoutExpired:
                status = f"stopped after {options.seconds} s"
            found = json.loads(out.read_text()) if out.is_file() else {}
        took = round(time.monotonic() - started, 1)
        results["parts"][part] = {"status": status, "took_seconds": took, **found}
        options.out.write_text(json.dumps(results, indent=1) + "\n")
        print(f"== {part}: {'ok' if status == 0 else f'FAILED (status {status})'} in {took} s", flush=True)
    failed = [part for part, result in results["parts"].items() if result["status"] != 0]
    print(f"\n{options.out}: " + (f"FAILED: {', '.join(failed)}" if failed else "all parts ok"))
    return 1 if failed or not results["parts"] else 0


def configs():
    from hyper import program

    parser = argparse.ArgumentParser(prog="gpu_bench.py configs")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hidden", type=int, default=2560)
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--vocabulary", type=int, default=32000)
    given = parser.parse_args(sys.argv[2:])
    program.write_configs(given.folder, given.hidden, given.layers, given.vocabulary)
    return 0


def main():
    if sys.argv[1:2] == ["configs"]:
        return configs()
    options = arguments()
    if not options.library.is_file():
        raise SystemExit(f"{options.library} does not exist: build it with src/main/native/build.sh, or give --library")
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        raise SystemExit(f"no part is called {', '.join(sorted(unknown))}: choose from {', '.join(PARTS)}")
    import torch

    options.device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    options.seconds = options.seconds or (180 if options.device == "cuda" else 3600)
    options.model_dtype = options.model_dtype or ("bfloat16" if options.device == "cuda" else "float32")
    if options.part:
        return 0 if run_part(options) else 1
    return run_all(options)


if __name__ == "__main__":
    sys.exit(main())
