// Eight neighbouring channels of a stream, as stored and as fp32; fp32 values as sums of tf32 or bf16 ones.
#pragma once
#include "instructions.cuh"

namespace mhc::cuda {

struct Bf16 {
    uint16_t bits;
};

// Channels of one lane: 16 bytes of bf16, twice 16 of fp32.
constexpr int LANE = 8;

template <class S>
struct Raw;

template <>
struct Raw<float> {
    uint4 part[2];
};

template <>
struct Raw<Bf16> {
    uint4 part[1];
};

struct Eight {
    float at[LANE];
};

// A row's eight channels from p on, `remaining` of them before its end, zeros behind it. `vectors` promises that p is
// aligned to 16 bytes and `remaining` a multiple of eight.
MHC_DEVICE Raw<float> load(const float* p, int remaining, bool vectors) {
    Raw<float> raw = {};
    if (remaining <= 0) return raw;
    if (vectors) {
        raw.part[0] = reinterpret_cast<const uint4*>(p)[0];
        raw.part[1] = reinterpret_cast<const uint4*>(p)[1];
        return raw;
    }
    uint32_t word[LANE];
#pragma unroll
    for (int i = 0; i < LANE; i++) word[i] = i < remaining ? as_bits(p[i]) : 0;
    raw.part[0] = {word[0], word[1], word[2], word[3]};
    raw.part[1] = {word[4], word[5], word[6], word[7]};
    return raw;
}

MHC_DEVICE Raw<Bf16> load(const Bf16* p, int remaining, bool vectors) {
    Raw<Bf16> raw = {};
    if (remaining <= 0) return raw;
    if (vectors) {
        raw.part[0] = *reinterpret_cast<const uint4*>(p);
        return raw;
    }
    uint32_t word[LANE / 2];
#pragma unroll
    for (int i = 0; i < LANE / 2; i++) {
        const uint32_t low = 2 * i < remaining ? p[2 * i].bits : 0,
                       high = 2 * i + 1 < remaining ? p[2 * i + 1].bits : 0;
        word[i] = low | high << 16;
    }
    raw.part[0] = {word[0], word[1], word[2], word[3]};
    return raw;
}

// As `load`, into global memory.
MHC_DEVICE void store(float* p, int remaining, bool vectors, const Raw<float>& raw) {
    if (remaining <= 0) return;
    if (vectors) {
        store_vector(p, raw.part[0]);
        store_vector(p + LANE / 2, raw.part[1]);
        return;
    }
    const uint32_t word[LANE] = {raw.part[0].x, raw.part[0].y, raw.part[0].z, raw.part[0].w,
                                 raw.part[1].x, raw.part[1].y, raw.part[1].z, raw.part[1].w};
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        if (i < remaining) p[i] = as_float(word[i]);
    }
}

MHC_DEVICE void store(Bf16* p, int remaining, bool vectors, const Raw<Bf16>& raw) {
    if (remaining <= 0) return;
    if (vectors) {
        store_vector(p, raw.part[0]);
        return;
    }
    const uint32_t word[LANE / 2] = {raw.part[0].x, raw.part[0].y, raw.part[0].z, raw.part[0].w};
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        if (i < remaining) p[i].bits = static_cast<uint16_t>(word[i / 2] >> (i % 2 * 16));
    }
}

// Into shared memory, aligned to 16 bytes.
template <class S>
MHC_DEVICE void keep(S* shared, const Raw<S>& raw) {
#pragma unroll
    for (int i = 0; i < int(sizeof(raw) / sizeof(uint4)); i++) reinterpret_cast<uint4*>(shared)[i] = raw.part[i];
}

MHC_DEVICE Eight widen(const Raw<float>& raw) {
    return {{as_float(raw.part[0].x), as_float(raw.part[0].y), as_float(raw.part[0].z), as_float(raw.part[0].w),
             as_float(raw.part[1].x), as_float(raw.part[1].y), as_float(raw.part[1].z), as_float(raw.part[1].w)}};
}

MHC_DEVICE Eight widen(const Raw<Bf16>& raw) {
    const uint32_t word[LANE / 2] = {raw.part[0].x, raw.part[0].y, raw.part[0].z, raw.part[0].w};
    Eight wide;
#pragma unroll
    for (int i = 0; i < LANE / 2; i++) {
        wide.at[2 * i] = as_float(word[i] << 16);
        wide.at[2 * i + 1] = as_float(word[i] & 0xffff0000u);
    }
    return wide;
}

MHC_DEVICE void narrow(const Eight& x, Raw<float>& raw) {
    raw.part[0] = {as_bits(x.at[0]), as_bits(x.at[1]), as_bits(x.at[2]), as_bits(x.at[3])};
    raw.part[1] = {as_bits(x.at[4]), as_bits(x.at[5]), as_bits(x.at[6]), as_bits(x.at[7])};
}

MHC_DEVICE void narrow(const Eight& x, Raw<Bf16>& raw) {
    raw.part[0] = {pack_bf16(x.at[0], x.at[1]), pack_bf16(x.at[2], x.at[3]), pack_bf16(x.at[4], x.at[5]),
                   pack_bf16(x.at[6], x.at[7])};
}

MHC_DEVICE float squares(const Eight& x) {
    float sum = 0;
#pragma unroll
    for (int i = 0; i < LANE; i++) sum = fmaf(x.at[i], x.at[i], sum);
    return sum;
}

// The same sum in each of 2, 4, ... LANES neighbouring lanes.
template <int LANES>
MHC_DEVICE float sum_of_lanes(float value) {
#pragma unroll
    for (int distance = 1; distance < LANES; distance *= 2) value += __shfl_xor_sync(EVERY_LANE, value, distance);
    return value;
}

// The same largest value in each of 2, 4, ... LANES neighbouring lanes.
template <int LANES>
MHC_DEVICE float largest_of_lanes(float value) {
#pragma unroll
    for (int distance = 1; distance < LANES; distance *= 2) {
        value = fmaxf(value, __shfl_xor_sync(EVERY_LANE, value, distance));
    }
    return value;
}

// x = high + rest to 2^-20 of x, both cut to tf32 (10 bits after the point). Of an infinity or NaN the rest is NaN: a
// NaN whose payload is in the bits that `high` lacks makes that an infinity.
MHC_DEVICE uint32_t tf32_high(float x) { return as_bits(x) & 0xffffe000u; }
MHC_DEVICE uint32_t tf32_rest(float x, uint32_t high) { return as_bits(x - as_float(high)) & 0xffffe000u; }

// Two values as sums of three bf16 ones, the first and the second value's in a word: each part is what those before it
// have left, cut to its first eight bits, so that three have all 24. Cut, not rounded: nothing comes to lie beyond the
// largest number. Below 2^-110 the third would need smaller bits than bf16 has, and what lies under 2^-133 is cut off.
// Of an infinity or NaN the second part is NaN.
constexpr int BF16_PARTS = 3;
MHC_DEVICE void split_in_bf16(float first, float second, uint32_t (&part)[BF16_PARTS]) {
#pragma unroll
    for (int p = 0; p < BF16_PARTS; p++) {
        const uint32_t low = as_bits(first) & 0xffff0000u, high = as_bits(second) & 0xffff0000u;
        part[p] = low >> 16 | high;
        first -= as_float(low);
        second -= as_float(high);
    }
}

}  // namespace mhc::cuda
