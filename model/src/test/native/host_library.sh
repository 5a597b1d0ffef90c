#!/bin/sh
# Builds FOLDER/libmhc_kernels.so, in which torch.ops.mhc.* on tensors of the CPU are the CUDA kernels on the host
# runtime, one thread after another: host_library.sh FOLDER OBJECTS, with OBJECTS a folder that build.sh filled. So the
# checks of a GPU, and the way from libtorch to the kernels, run without one:
#   python model/bench/gpu_bench.py --device cpu --host-runtime --check-values 40000 --parts check \
#       --library FOLDER/libmhc_kernels.so
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
objects=$(cd "$2" && pwd)
cd "$(dirname "$0")"
flags="-std=c++17 -O2 -fPIC -fvisibility=hidden -ffp-contract=off -Wall -Wextra -Wno-unknown-pragmas -I ."
host() { "${CXX:-g++}" $flags "$@"; }
for source in fp32 bf16 gain self_test; do
    host -x c++ -c "../../main/native/cuda/$source.cu" -o "$folder/$source.o"
done
host -shared host_call.cpp cuda_host.cpp ../../main/native/torch/register.cpp ../../main/native/torch/torch_tensor.cpp \
    "$objects"/dispatch.o "$objects"/isa-*.o "$objects"/gain.o "$objects"/team.o "$folder"/*.o -Wl,-z,defs \
    -o "$folder/libmhc_kernels.so" -ldl
