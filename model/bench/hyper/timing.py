"""Medians of repeated calls, and what the device can do at best."""

import statistics
import time

import torch

SAMPLES = 7
SAMPLE_SECONDS = {"cpu": 0.02, "cuda": 0.008}
# Beyond any last-level cache: what is rotated through so much is cold when it comes again.
WORKING_SET = 256 << 20


def synchronize(device):
    if device != "cpu":
        torch.cuda.synchronize()


def once(call, repeats, device):
    """Seconds of `repeats` calls, each given its number; on a GPU between two events of the stream."""
    if device == "cpu":
        start = time.perf_counter()
        for i in range(repeats):
            call(i)
        return time.perf_counter() - start
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
    start.record()
    for i in range(repeats):
        call(i)
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1e3


def measure(call, device):
    """Seconds of one call: median, least and most of samples that each repeat it long enough to time."""
    for _ in range(2):
        once(call, 2, device)
    first = min(once(call, 1, device), once(call, 3, device) / 3)
    repeats = max(1, min(10_000, int(SAMPLE_SECONDS[device] / max(first, 1e-7)) + 1))
    times = [once(call, repeats, device) / repeats for _ in range(SAMPLES)]
    return {"seconds": statistics.median(times), "least": min(times), "most": max(times)}


def graph(call, device, calls=20):
    """The same in a CUDA graph of `calls` calls: what the kernels take where nothing waits for launches."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for i in range(3):
            call(i)
    torch.cuda.current_stream().wait_stream(side)
    recorded = torch.cuda.CUDAGraph()
    with torch.cuda.graph(recorded):
        for i in range(calls):
            call(i)
    timed = measure(lambda i: recorded.replay(), device)
    return {key: value / calls for key, value in timed.items()}


def machine(device):
    """Bytes per second of a copy (read plus written) and FLOPs per second of matrix products, measured now."""
    numbers = (WORKING_SET if device == "cpu" else 4 * WORKING_SET) // 2 // 4
    buffers = [torch.zeros(numbers, device=device) for _ in range(2)]
    copy = measure(lambda i: buffers[i % 2].copy_(buffers[1 - i % 2]), device)["seconds"]
    found = {"copy_bytes_per_second": 8 * numbers / copy}
    side = 2048 if device == "cpu" else 8192
    rows = 512 if device == "cpu" else 8192
    a, b = torch.randn(rows, side, device=device), torch.randn(side, side, device=device)
    for name, tf32 in (("float32", False),) if device == "cpu" else (("float32", False), ("tf32", True)):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        seconds = measure(lambda i: torch.mm(a, b), device)["seconds"]
        found[f"{name}_flops_per_second"] = 2 * rows * side * side / seconds
    torch.backends.cuda.matmul.allow_tf32 = False
    return found
