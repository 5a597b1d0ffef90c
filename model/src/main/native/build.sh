#!/bin/sh
# Compiles the fused kernels: build.sh TARGET-FOLDER [CLASSES-FOLDER]
#   TARGET/libmhc_kernels.so and, given CLASSES, a copy in CLASSES/mhc/model/native/<os>-<arch>/.
# Needs g++ alone; CXX names another, CXXFLAGS come last. Where nvcc is, the library has a CUDA part: NVCC names another
# one or, as NVCC=none, leaves it out; MHC_CUDA_ARCHS are the GPU architectures, lowest first, of which the lowest also
# goes in as PTX for all others. Nothing is compiled again while sources, flags and compilers are the same.
set -eu
CXX=${CXX:-g++}
if ! command -v "$CXX" >/dev/null 2>&1; then
    echo "fused kernels: no $CXX here, so none are built and models run on the reference kernels" >&2
    exit 0
fi
if [ "$(uname -s)" != Linux ]; then
    echo "fused kernels: built on Linux only, so there are none here and models run on the reference kernels" >&2
    exit 0
fi
machine=$("$CXX" -dumpmachine)
arch=${machine%%-*}
absolute() { mkdir -p "$1" && (cd "$1" && pwd); }
target=$(absolute "$1")
[ $# -gt 1 ] && classes=$(absolute "$2") || classes=
cd "$(dirname "$0")"

# Products and sums are fused where the source says so and nowhere else, here and by nvcc (-fmad=false), so that the same
# function gives the same bits in every kernel.
flags="-std=c++17 -O3 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -ffp-contract=off -Wall -Wextra"
[ -n "${CXXFLAGS:-}" ] && flags="$flags $CXXFLAGS"

archs=${MHC_CUDA_ARCHS:-80 90 100}
cuda_flags="-std=c++17 -O3 -fmad=false -cudart static -compress-mode=size -ccbin $CXX"
cuda_flags="$cuda_flags -Xcompiler -fPIC,-fvisibility=hidden,-Wall,-Wextra"
for one in $archs; do
    code=sm_$one
    [ "$one" = "${archs%% *}" ] && code=$code,compute_$one
    cuda_flags="$cuda_flags -gencode arch=compute_$one,code=[$code]"
done
NVCC=${NVCC:-nvcc}
if [ "$NVCC" = none ]; then
    NVCC=
elif ! command -v "$NVCC" >/dev/null 2>&1; then
    echo "fused kernels: no $NVCC here, so they have no CUDA part and models on a GPU run on the reference kernels" >&2
    NVCC=
elif [ "$arch" != "$(uname -m)" ]; then
    echo "fused kernels: built for another processor, so they have no CUDA part" >&2
    NVCC=
fi

signature=$({
    cat ./*.h torch/* cpu/* build.sh
    "$CXX" --version
    echo "$flags"
    [ -z "$NVCC" ] || { cat cuda/*; "$NVCC" --version; echo "$cuda_flags"; }
} | cksum)
if [ "$(cat "$target/signature" 2>/dev/null)" != "$signature" ] || [ ! -f "$target/libmhc_kernels.so" ]; then
    compile() { # OBJECT SOURCE FLAGS...
        object=$target/$1 source=$2
        shift 2
        "$CXX" $flags "$@" -c "$source" -o "$object" &
        compilers="$compilers $!"
    }
    compilers=
    rm -rf "$target"/*.o "$target/cuda"
    all="isa isa_rows isa_attention isa_products"
    isa() { # NAME LANES REGISTERS SOURCES FLAGS...
        name=$1 lanes=$2 registers=$3 sources=$4
        shift 4
        for source in $sources; do
            compile "$source-$name.o" "cpu/$source.cpp" "-DMHC_ISA=$name" "-DMHC_LANES=$lanes" \
                "-DMHC_REGISTERS=$registers" "$@"
        done
    }
    for source in torch/*.cpp cpu/*.cpp; do
        case $source in
            cpu/isa*.cpp) ;;
            *) compile "$(basename "$source" .cpp).o" "$source" ;;
        esac
    done
    case $arch in
        x86_64)
            avx512="-mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512"
            isa baseline 4 16 "$all"
            isa avx2 8 16 "$all" -mavx2 -mfma
            isa avx512 16 32 "$all" $avx512
            isa avx512_bf16 16 32 isa_attention $avx512 -mavx512bf16
            ;;
        aarch64) isa baseline 4 32 "$all" ;;
        *) isa baseline 4 16 "$all" ;;
    esac
    for compiler in $compilers; do wait "$compiler"; done
    if [ -n "$NVCC" ]; then
        # Two at a time: the two large ones, and the small ones behind one of them.
        mkdir "$target/cuda"
        cuda() { "$NVCC" $cuda_flags -c "cuda/$1.cu" -o "$target/cuda/$1.o"; }
        cuda fp32 &
        compiler=$!
        for part in bf16 gain runtime self_test; do cuda "$part"; done
        wait "$compiler"
        # The CUDA runtime inside stays inside: a libtorch brings its own.
        "$NVCC" -ccbin "$CXX" -cudart static -shared -Xlinker -z,nodelete,-z,defs,--exclude-libs,ALL \
            -o "$target/libmhc_kernels.so" "$target"/*.o "$target"/cuda/*.o -ldl
    else
        "$CXX" $flags -shared -Wl,-z,nodelete -Wl,-z,defs -o "$target/libmhc_kernels.so" "$target"/*.o -ldl
    fi
    echo "$signature" >"$target/signature"
fi

if [ -n "$classes" ]; then
    folder=$classes/mhc/model/native/linux-$arch
    mkdir -p "$folder"
    cmp -s "$target/libmhc_kernels.so" "$folder/libmhc_kernels.so" || cp "$target/libmhc_kernels.so" "$folder/"
fi
