// Vectors of the compiler's own extension at the width of one instruction set: the same body compiles for each.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "../kernels.h"

// Everything below lies in a namespace of the instruction set, so that no linker can merge two widths of one function.
namespace mhc::MHC_ISA {

constexpr int LANES = MHC_LANES;

template <int W>
struct Simd {
    typedef float F __attribute__((vector_size(4 * W)));
    typedef int32_t I __attribute__((vector_size(4 * W)));
    typedef uint32_t U __attribute__((vector_size(4 * W)));
    typedef uint16_t H __attribute__((vector_size(2 * W)));
};
using Vec = Simd<LANES>::F;

struct Bf16 {
    uint16_t bits;
};

// Two neighbouring numbers, as AVX512-BF16 multiplies them.
struct Pair {
    Bf16 first, second;
};

template <class V>
inline V splat(float value) {
    return value - V{};
}

// a * b + c, rounded once where the instruction set can do that and twice elsewhere. The compiler fuses nothing by
// itself (-ffp-contract=off), so that an operation has the same bits wherever it is inlined: alone, in a fused one, for
// one token or eight.
#if defined(__AVX512F__)
inline Simd<16>::F multiply_add(Simd<16>::F a, Simd<16>::F b, Simd<16>::F c) {
    return (Simd<16>::F)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
#endif
#if defined(__FMA__)
inline Simd<8>::F multiply_add(Simd<8>::F a, Simd<8>::F b, Simd<8>::F c) {
    return (Simd<8>::F)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
#elif defined(__aarch64__)
inline Simd<4>::F multiply_add(Simd<4>::F a, Simd<4>::F b, Simd<4>::F c) {
    return (Simd<4>::F)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#else
inline Simd<4>::F multiply_add(Simd<4>::F a, Simd<4>::F b, Simd<4>::F c) { return a * b + c; }
#endif

// A value that stays in a register: compilers would load it again for each product that it enters.
inline __attribute__((always_inline)) Vec held(Vec v) {
#if defined(__AVX512F__)
    asm("" : "+v"(v));
#elif defined(__x86_64__)
    asm("" : "+x"(v));
#elif defined(__aarch64__)
    asm("" : "+w"(v));
#endif
    return v;
}

// How much of a vector a load or store touches: all of it, or the first few lanes at the end of a row.
struct Whole {};
struct Part {
    int64_t count;
};

// Runs body(offset, Whole | Part) over [0, length).
template <class Body>
inline __attribute__((always_inline)) void sweep(int64_t length, Body body) {
    int64_t at = 0;
    for (; at + LANES <= length; at += LANES) body(at, Whole{});
    if (at < length) body(at, Part{length - at});
}

// Asks memory for so many bytes, up to the second cache.
inline __attribute__((always_inline)) void ask(const void* bytes, int64_t count) {
    constexpr int64_t line = 64;
    for (int64_t at = 0; at < count; at += line) __builtin_prefetch(static_cast<const char*>(bytes) + at, 0, 2);
}

inline Vec load(const float* p, Whole) {
    Vec v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

inline Vec load(const float* p, Part part) {
    Vec v = {};
    std::memcpy(&v, p, part.count * sizeof *p);
    return v;
}

inline Vec widen(Simd<LANES>::H half) {
    const Simd<LANES>::U bits = __builtin_convertvector(half, Simd<LANES>::U) << 16;
    return (Vec)bits;
}

inline float widen(float number) { return number; }
inline float widen(Bf16 number) {
    const uint32_t bits = uint32_t(number.bits) << 16;
    float wide;
    std::memcpy(&wide, &bits, sizeof wide);
    return wide;
}

inline Vec load(const Bf16* p, Whole) {
    Simd<LANES>::H half;
    std::memcpy(&half, p, sizeof half);
    return widen(half);
}

inline Vec load(const Bf16* p, Part part) {
    Simd<LANES>::H half = {};
    std::memcpy(&half, p, part.count * sizeof *p);
    return widen(half);
}

// The same number, or pair, in every lane.
inline Vec broadcast(const float* p) { return splat<Vec>(*p); }

#if defined(__AVX512BF16__)
using Pairs = Simd<16>::U;

inline Pairs load(const Pair* p, Whole) {
    Pairs v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

inline Pairs broadcast(const Pair* p) {
    uint32_t bits;
    std::memcpy(&bits, p, sizeof bits);
    return bits - Pairs{};
}

// Both products of a pair on top of c, each sum rounded to fp32; numbers below its normal ones are zeros.
inline Vec multiply_add(Pairs a, Pairs b, Vec c) {
    return (Vec)_mm512_dpbf16_ps((__m512)c, (__m512bh)a, (__m512bh)b);
}
#endif

// Round to nearest, ties to even; not-a-number stays one.
inline Simd<LANES>::H narrow(Vec v) {
    const Simd<LANES>::U bits = (Simd<LANES>::U)v;
    Simd<LANES>::U rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    rounded = v != v ? rounded * 0 + 0x7fc0 : rounded;
    return __builtin_convertvector(rounded, Simd<LANES>::H);
}

inline void store(float* p, Vec v, Whole) { std::memcpy(p, &v, sizeof v); }
inline void store(float* p, Vec v, Part part) { std::memcpy(p, &v, part.count * sizeof *p); }

inline void store(Bf16* p, Vec v, Whole) {
    const Simd<LANES>::H half = narrow(v);
    std::memcpy(p, &half, sizeof half);
}

inline void store(Bf16* p, Vec v, Part part) {
    const Simd<LANES>::H half = narrow(v);
    std::memcpy(p, &half, part.count * sizeof *p);
}

// What a store of v would read back.
inline Vec as_stored(const float*, Vec v) { return v; }
inline Vec as_stored(const Bf16*, Vec v) { return widen(narrow(v)); }

// c = [a folded in halves | b folded in halves], inside each group of 2 * HALF lanes.
template <int HALF, size_t... I>
inline Vec fold(Vec a, Vec b, std::index_sequence<I...>) {
    constexpr auto lower = [](size_t i) { return i / (2 * HALF) * (2 * HALF) + i % HALF + (i / HALF % 2) * LANES; };
    return __builtin_shufflevector(a, b, lower(I)...) + __builtin_shufflevector(a, b, (lower(I) + HALF)...);
}

// The LANES sums of LANES vectors, in order: log2(LANES) rounds of pairwise folds.
template <int COUNT = LANES>
inline Vec sums(const Vec* v, int stride = 1) {
    if constexpr (COUNT == 1) {
        return *v;
    } else {
        // Sources in bit-reversed order come out in natural order.
        const Vec even = sums<COUNT / 2>(v, stride * 2);
        const Vec odd = sums<COUNT / 2>(v + stride, stride * 2);
        return fold<LANES / COUNT>(even, odd, std::make_index_sequence<LANES>());
    }
}

// Numbers of two vectors whose lanes differ in the bit HALF change places: a's where it is set with b's where it is not.
template <int HALF, size_t... I>
inline void exchange(Vec& a, Vec& b, std::index_sequence<I...>) {
    const Vec before = a;
    a = __builtin_shufflevector(before, b, (I & HALF ? I - HALF + LANES : I)...);
    b = __builtin_shufflevector(before, b, (I & HALF ? I + LANES : I + HALF)...);
}

// LANES vectors of LANES numbers: rows become columns.
template <int HALF = 1>
inline void transpose(Vec* v) {
    if constexpr (HALF < LANES) {
        for (int i = 0; i < LANES; i++) {
            if (!(i & HALF)) exchange<HALF>(v[i], v[i + HALF], std::make_index_sequence<LANES>());
        }
        transpose<2 * HALF>(v);
    }
}

inline float sum(Vec v) {
    float lanes[LANES];
    std::memcpy(lanes, &v, sizeof v);
    for (int half = LANES / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
    }
    return lanes[0];
}

// e^x to about one unit in the last place: Cephes' polynomial on [-ln2/2, ln2/2]; arguments end at +-87.
template <int W>
inline typename Simd<W>::F exponential(typename Simd<W>::F x) {
    using F = typename Simd<W>::F;
    using I = typename Simd<W>::I;
    const F top = splat<F>(87.0f), bottom = splat<F>(-87.0f);
    x = x > top ? top : x;
    x = x < bottom ? bottom : x;
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
    const F shifted = multiply_add(x, splat<F>(1.44269504088896341f), splat<F>(12582912.0f));
    const F k = shifted - 12582912.0f;
    F r = multiply_add(k, splat<F>(-0.693359375f), x);
    r = multiply_add(k, splat<F>(2.12194440e-4f), r);
    F p = splat<F>(1.9875691500e-4f);
    for (const float next :
         {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) {
        p = multiply_add(p, r, splat<F>(next));
    }
    p = multiply_add(p * r, r, r) + 1.0f;
    const I exponent = ((I)shifted - 0x4b400000 + 127) << 23;
    return p * (F)exponent;
}

// The natural logarithm of normal positive numbers: Cephes' polynomial on [1/sqrt(2), sqrt(2)].
template <int W>
inline typename Simd<W>::F logarithm(typename Simd<W>::F x) {
    using F = typename Simd<W>::F;
    using I = typename Simd<W>::I;
    // The exponent counts from 1/sqrt(2), whose bits are 0x3f3504f3.
    const I exponent = ((I)x - 0x3f3504f3) >> 23;
    const F r = (F)((I)x - (exponent << 23)) - 1.0f;
    const F e = __builtin_convertvector(exponent, F);
    F p = splat<F>(7.0376836292e-2f);
    for (const float next : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                             -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f}) {
        p = multiply_add(p, r, splat<F>(next));
    }
    const F square = r * r;
    p = multiply_add(p * r, square, multiply_add(e, splat<F>(-2.12194440e-4f), -0.5f * square));
    return multiply_add(e, splat<F>(0.693359375f), p + r);
}

template <int W>
inline typename Simd<W>::F sigmoid(typename Simd<W>::F x) {
    return 1.0f / (1.0f + exponential<W>(-x));
}

}  // namespace mhc::MHC_ISA
