#!/bin/sh
# Runs the native test of the kernels: test.sh FOLDER OBJECTS, with OBJECTS a folder that build.sh filled, or
# test.sh FOLDER sanitized, which compiles the kernels anew with the address and undefined-behaviour sanitizers
# and runs fewer shapes.
# The CUDA kernels are compiled by the same compiler against cuda_host.h and run here as well, with or without nvcc.
# A test that passed is not run again while sources and compiler are the same.
set -eu
objects=$2
[ "$objects" = sanitized ] || objects=$(cd "$objects" 2>/dev/null && pwd || true)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")"
CXX=${CXX:-g++}
if ! command -v "$CXX" >/dev/null 2>&1 || [ "$(uname -s)" != Linux ]; then
    echo "fused kernels: no $CXX on Linux here, so their native test is skipped" >&2
    exit 0
fi
# What nvcc makes of the CUDA kernels, where it is.
[ "$objects" = sanitized ] || sh gate.sh "$folder/gate"
signature=$({ cat ./* ../../main/native/*.* ../../main/native/*/*; "$CXX" --version; echo "$2"; } | cksum)
[ "$(cat "$folder/passed" 2>/dev/null)" = "$signature" ] && exit 0

# Of a function that several objects define the linker takes one: compiled for another instruction set, it would end
# where this processor lacks that. So those of an instruction set lie in its name space.
if [ "$objects" != sanitized ] && command -v nm >/dev/null 2>&1; then
    for object in "$objects"/isa*-*.o; do
        name=$(basename "$object" .o | sed 's/.*-//')
        shared=$(nm "$object" | sed -n 's/.* [VWu] //p' | grep -v "${#name}$name" || true)
        [ -z "$shared" ] || { echo "$object defines for other instruction sets too: $shared" >&2; exit 1; }
    done
fi

flags="-std=c++17 -O1 -Wall -Wextra"
extent=
if [ "$objects" = sanitized ]; then
    sanitizers="-g1 -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
    flags="$flags $sanitizers"
    objects=$folder/objects extent=brief
    NVCC=none CXXFLAGS=$sanitizers sh ../../main/native/build.sh "$objects"
fi
"$CXX" $flags kernels_test.cpp "$objects"/*.o -Wl,--no-as-needed -lgomp -ldl -o "$folder/kernels_test"
OMP_NUM_THREADS=2 "$folder/kernels_test" $extent >"$folder/log" || { cat "$folder/log" >&2; exit 1; }

# Products and sums are fused where the source says so, as nvcc is told.
flags="$flags -O2 -ffp-contract=off -Wno-unknown-pragmas -I ."
host() { "$CXX" $flags "$@"; }
mkdir -p "$folder/cuda"
host -x c++ -c ../../main/native/cuda/fp32.cu -o "$folder/cuda/fp32.o" &
compiler=$!
host -x c++ -c ../../main/native/cuda/bf16.cu -o "$folder/cuda/bf16.o"
wait "$compiler"
for part in gain self_test; do host -x c++ -c "../../main/native/cuda/$part.cu" -o "$folder/cuda/$part.o"; done
host cuda_test.cpp cuda_host.cpp "$objects"/dispatch.o "$objects"/isa-*.o "$objects"/gain.o "$objects"/team.o \
    "$folder"/cuda/*.o -Wl,--no-as-needed -lgomp -ldl -o "$folder/cuda_test"
"$folder/cuda_test" $extent >"$folder/cuda_log" || { cat "$folder/cuda_log" >&2; exit 1; }
echo "$signature" >"$folder/passed"
