// The fused operations, seen from outside: plain pointers, no torch. Callers check, kernels do not.
//
//   h      [T, n, C]   residual streams, contiguous, fp32 or bf16
//   f, y   [T, C]      a sublayer's output and input, as h
//   fn     [m, nC]     fp32, rows pre (n) | post (n) | comb (n*n, row-major [in, out]); m = 2n + n*n
//   pre, post [T, n], comb [T, n, n] (index [in, out]; H_res = comb^T), mix [T, m]: fp32
#pragma once
#include <cstdint>

namespace mhc {

constexpr int MAX_STREAMS = 16;
// So that a token's values can be counted in 32 bits.
constexpr int64_t MAX_CHANNELS = 1 << 24;

enum class Dtype : int32_t { F32, BF16 };

struct Shape {
    int64_t tokens;
    int64_t channels;
    int32_t streams;
    Dtype dtype;
};

// What turns streams into the coefficients of one site, arXiv 2512.24880 Eq. 7-9 with DeepSeek-V4's eps.
struct Site {
    const float* fn;     // [m, nC]; of a head [n, nC]
    const float* scale;  // [3];     of a head [1]
    const float* base;   // [m];     of a head [n]
    const float* norm;   // [C] weight of the sublayer's RMSNorm, or null for none
    int32_t iterations;  // of Sinkhorn-Knopp, the opening softmax being half of the first
    float norm_eps;      // inside both root mean squares
    float hc_eps;        // of pre and of Sinkhorn, which runs in logarithms where it is 0
    float post_mult;
    int32_t splits;  // parts of nC summed apart where a device does that, 0 = chosen; the CPU's grouping is fixed
};

// One implementation of all operations. `out` may be `h` itself.
struct Operations {
    void (*mix)(Shape, const void* h, const Site&, float* mix);
    void (*coefficients)(Shape, const float* mix, const Site&, float* pre, float* post, float* comb);
    void (*apply_pre)(Shape, const void* h, const float* pre, void* y);
    void (*pre)(Shape, const void* h, const Site&, void* y, float* post, float* comb);
    void (*post)(Shape, const void* f, const void* h, const float* post, const float* comb, void* out);
    void (*post_pre)(Shape, const void* f, const void* h, const float* post, const float* comb, const Site& next,
                     void* out, void* y, float* next_post, float* next_comb);
    void (*head)(Shape, const void* h, const Site&, void* y);
};

// AVX512_BF16 is AVX512 but for products of bf16.
enum class Isa : int32_t { BASELINE, AVX2, AVX512, AVX512_BF16, NEON };

// The best instruction set of this processor; MHC_KERNELS_ISA=baseline|avx2|avx512|avx512_bf16|neon asks for another one.
Isa cpu_isa();
// False if the one that is asked for is not there.
bool cpu_isa_exists();
bool cpu_has(Isa isa);
const char* name_of(Isa isa);

// The operations of the processor, for the shape's type and number of streams. Shapes with no tokens are welcome.
const Operations& cpu_operations(Isa isa, Shape shape);

// gain [sites, 4] of combs [sites, T, n, n]: single forward, single backward, composite forward, composite backward;
// fp64, token mean (arXiv 2512.24880 Fig. 3, 7: forward = largest absolute row sum of H_res, backward = column sum).
void gain(const float* combs, int64_t sites, int64_t tokens, int32_t streams, double* gain);

}  // namespace mhc
