#!/bin/sh
# Holds what nvcc makes of the CUDA kernels against cuda_expectations.txt: gate.sh FOLDER [update]
# Per kernel, for compute capability 9.0: how many loads from and stores to global memory of which width (bytes) its PTX
# has, which must be the same, and its registers and spilled bytes, which must not be more. `update` writes the file.
# Needs nvcc of the version that the file names, no GPU; NVCC names another one or, as NVCC=none, leaves the gate out.
# A gate that was passed is not run again while sources and compiler are the same.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
update=${2:-}
cd "$(dirname "$0")"
expectations=$PWD/cuda_expectations.txt
NVCC=${NVCC:-nvcc}
if [ "$NVCC" = none ] || ! command -v "$NVCC" >/dev/null 2>&1; then
    echo "fused kernels: SKIPPED, no nvcc here: widths, registers and spills of the CUDA kernels are not checked" >&2
    exit 0
fi
version=$("$NVCC" --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')
expected=$(sed -n 's/^# nvcc //p' "$expectations" 2>/dev/null || true)
if [ "$update" != update ] && [ "$version" != "$expected" ]; then
    echo "fused kernels: SKIPPED, nvcc $version is here and the expectations of the CUDA kernels are of $expected" >&2
    exit 0
fi
signature=$({ cat gate.sh "$expectations" ../../main/native/*.* ../../main/native/cuda/*; "$NVCC" --version; } | cksum)
[ "$(cat "$folder/passed" 2>/dev/null)" = "$signature" ] && exit 0

for type in bf16 fp32; do
    mkdir -p "$folder/$type"
    "$NVCC" -std=c++17 -O3 -fmad=false -ccbin "${CXX:-g++}" -arch=sm_90 -Xptxas -v --keep --keep-dir "$folder/$type" \
        -cubin -o "$folder/$type.cubin" "../../main/native/cuda/$type.cu" 2>"$folder/$type.log" ||
        { cat "$folder/$type.log" >&2; exit 1; }
done
# KERNEL registers R spilled B loads WIDTHxCOUNT... stores WIDTHxCOUNT... generic COUNT
cat >"$folder/table.awk" <<'AWK'
function widths(counts, kernel,   text, width) {
    text = ""
    for (width = 16; width >= 1; width /= 2) {
        if (counts[kernel, width]) text = text " " width "x" counts[kernel, width]
    }
    return text == "" ? " none" : text
}
FNR == 1 { file++; kernel = "" }
file % 2 == 1 && /\.entry/ {
    match($0, /_Z[A-Za-z0-9_]+/)
    kernel = substr($0, RSTART, RLENGTH)
    order[++kernels] = kernel
}
file % 2 == 1 && kernel != "" && match($0, /(^|[ \t])(ld|st)\.[a-z0-9_.:]+/) {
    op = substr($0, RSTART, RLENGTH)
    sub(/^[ \t]+/, "", op)
    if (op ~ /\.(param|shared|local|const)/) next
    vector = op ~ /\.v4/ ? 4 : op ~ /\.v2/ ? 2 : 1
    bits = op
    sub(/.*\.[a-z]+/, "", bits)
    if (op !~ /\.global/) generic[kernel]++
    else if (op ~ /^ld/) loads[kernel, vector * bits / 8]++
    else stores[kernel, vector * bits / 8]++
}
file % 2 == 0 && /Compiling entry function/ { match($0, /_Z[A-Za-z0-9_]+/); kernel = substr($0, RSTART, RLENGTH) }
file % 2 == 0 && /bytes spill stores/ { split($0, part, ","); spilled[kernel] = part[2] + part[3] }
file % 2 == 0 && /Used [0-9]+ registers/ { match($0, /Used [0-9]+/); registers[kernel] = substr($0, RSTART + 5, RLENGTH - 5) }
END {
    for (i = 1; i <= kernels; i++) {
        k = order[i]
        print k " registers " registers[k] " spilled " spilled[k] + 0 " loads" widths(loads, k) " stores" widths(stores, k) \
            " generic " generic[k] + 0
    }
}
AWK
awk -f "$folder/table.awk" "$folder"/bf16/bf16.ptx "$folder"/bf16.log "$folder"/fp32/fp32.ptx "$folder"/fp32.log |
    c++filt -p | sed 's/^void //; s/mhc::cuda:://g' | LC_ALL=C sort -u >"$folder/found"
[ -s "$folder/found" ] || { echo "fused kernels: nvcc's output has no kernel that the gate can read" >&2; exit 1; }
if [ "$update" = update ]; then
    { echo "# nvcc $version"; cat "$folder/found"; } >"$expectations"
    exit 0
fi
grep -v '^#' "$expectations" >"$folder/expected"
awk '
    # Everything but the numbers of registers and spilled bytes is the key.
    { r = s = 0; key = $0
      for (i = 1; i < NF; i++) { if ($i == "registers") r = $(i + 1); if ($i == "spilled") s = $(i + 1) }
      sub(/registers [0-9]+ spilled [0-9]+ /, "", key) }
    NR == FNR { known[key] = 1; most_registers[key] = r; most_spilled[key] = s; next }
    { found[key] = 1
      if (!(key in known)) { print "unexpected: " $0; bad = 1 }
      else if (r > most_registers[key] || s > most_spilled[key]) {
          print "more than " most_registers[key] " registers or " most_spilled[key] " spilled bytes: " $0; bad = 1
      } }
    END { for (key in known) if (!(key in found)) { print "missing: " key; bad = 1 } exit bad }
' "$folder/expected" "$folder/found" >&2 || {
    echo "fused kernels: the CUDA kernels are not those of $expectations; where that is meant, run gate.sh FOLDER update" >&2
    exit 1
}
echo "$signature" >"$folder/passed"
