#!/usr/bin/env python3
"""Counts the instructions of every loop of CUDA kernels in SASS: what a step costs, without a GPU.

    model/src/test/native/gate.sh FOLDER
    nvdisasm -c FOLDER/bf16.cubin | python3 model/bench/sass_loops.py 'project<Bf16, true, 3, 0>' 'coefficients<4>'

A loop is what lies between a label and a branch back to it, loops inside it counted once. Kernels are those whose name holds
one of the given texts; all without any. nvdisasm comes with the CUDA toolkit, in a package of its own.
"""

import collections
import re
import subprocess
import sys

KINDS = ("HMMA", "LDG", "STG", "LDS", "LDGSTS", "SHFL", "MUFU", "BAR", "CALL", "MOV", "FADD", "FMUL", "FFMA")


def kernels(lines):
    """mangled name -> instructions and labels in order."""
    found, current = {}, None
    for line in lines:
        if section := re.match(r"\s*\.section\s+\.text\.(\S+?),", line):
            current = found.setdefault(section[1], [])
        elif current is None:
            continue
        elif label := re.match(r"\s*(\.L_x_\d+):", line):
            current.append((label[1], None))
        elif code := re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z0-9_.]+)(.*?);", line):
            current.append((code[1], code[2]))
    return found


def loops(code):
    """Label and instructions of each loop, in order of their ends."""
    labels = {op: at for at, (op, operands) in enumerate(code) if operands is None}
    for end, (op, operands) in enumerate(code):
        target = re.search(r"(\.L_x_\d+)", operands or "")
        if op.startswith("BRA") and target and labels.get(target[1], end) < end - 1:
            yield target[1], [op for op, operands in code[labels[target[1]]:end + 1] if operands is not None]


def kind(op):
    return "MOV" if op.startswith("IMAD.MOV") else op.split(".")[0]


def main():
    wanted = sys.argv[1:]
    for mangled, code in kernels(sys.stdin).items():
        name = subprocess.run(["c++filt", mangled], capture_output=True, text=True, check=True).stdout.strip()
        name = name.split("(")[0].removeprefix("void ").replace("mhc::cuda::", "")
        if wanted and not any(text in name for text in wanted):
            continue
        print(f"{name}: {sum(operands is not None for _, operands in code)} instructions")
        for label, body in loops(code):
            counts = collections.Counter(map(kind, body))
            print(f"  loop {label}: {len(body)}  " + " ".join(f"{k} {counts[k]}" for k in KINDS if counts[k]))


if __name__ == "__main__":
    main()
