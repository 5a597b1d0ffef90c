// Which of the compiled instruction sets this processor runs.
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <optional>

#include "../kernels.h"

namespace mhc {

namespace baseline {
const Operations& operations(Shape);
}
#ifdef __x86_64__
namespace avx2 {
const Operations& operations(Shape);
}
namespace avx512 {
const Operations& operations(Shape);
}
#endif

namespace {

// What MHC_KERNELS_ISA asks for, or the best; none where this processor has no such set.
std::optional<Isa> chosen() {
    const char* wanted = std::getenv("MHC_KERNELS_ISA");
    for (Isa isa : {Isa::AVX512_BF16, Isa::AVX512, Isa::AVX2, Isa::NEON, Isa::BASELINE}) {
        if (cpu_has(isa) && (wanted == nullptr || std::strcmp(wanted, name_of(isa)) == 0)) return isa;
    }
    return std::nullopt;
}

const std::optional<Isa>& choice() {
    static const std::optional<Isa> isa = chosen();
    return isa;
}

}  // namespace

bool cpu_has(Isa isa) {
#ifdef __x86_64__
    if (isa == Isa::AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == Isa::AVX512) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    }
    if (isa == Isa::AVX512_BF16) return cpu_has(Isa::AVX512) && __builtin_cpu_supports("avx512bf16");
    return isa == Isa::BASELINE;
#elif defined(__aarch64__)
    return isa == Isa::NEON;
#else
    return isa == Isa::BASELINE;
#endif
}

const char* name_of(Isa isa) {
    switch (isa) {
        case Isa::AVX512: return "avx512";
        case Isa::AVX512_BF16: return "avx512_bf16";
        case Isa::AVX2: return "avx2";
        case Isa::NEON: return "neon";
        default: return "baseline";
    }
}

bool cpu_isa_exists() { return choice().has_value(); }

Isa cpu_isa() { return choice().value_or(Isa::BASELINE); }

const Operations& cpu_operations([[maybe_unused]] Isa isa, Shape shape) {
#ifdef __x86_64__
    if (isa == Isa::AVX512 || isa == Isa::AVX512_BF16) return avx512::operations(shape);
    if (isa == Isa::AVX2) return avx2::operations(shape);
#endif
    return baseline::operations(shape);
}

}  // namespace mhc
