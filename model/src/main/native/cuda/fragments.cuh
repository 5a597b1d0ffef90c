// What tensor cores multiply: a chunk of one stream of a warp's 16 tokens, by eight rows of fn. Lane 4g + q has eight
// neighbouring channels of tokens g and g + 8 and of row g; as both factors are laid out alike, it does not matter that
// the instructions number them otherwise.
//
// bf16 streams are multiplied as they are by fn in three bf16 parts: every product is exact. fp32 factors are taken as
// sums of two tf32 ones, and only products below 2^-20 are dropped.
#pragma once
#include "sums.cuh"

namespace mhc::cuda {

constexpr int TOKENS = 16;        // of a warp
constexpr int STEPS = CHUNK / 8;  // tf32 instructions along a chunk

template <class S>
struct Streams16;

template <>
struct Streams16<Bf16> {
    uint32_t half[2][4];  // of the chunk's channels
};

template <>
struct Streams16<float> {
    uint32_t high[STEPS][4], rest[STEPS][4];
};

// `ones` are ones in every bit, of which nvcc must not know: it copies words anew for every instruction that wants them
// beside others than those they were loaded with, unless something is computed of them.
MHC_DEVICE void lay_out(const Raw<Bf16> (&tokens)[2], uint32_t ones, Streams16<Bf16>& a) {
#pragma unroll
    for (int token = 0; token < 2; token++) {
        const uint4 words = tokens[token].part[0];
        a.half[0][token] = words.x & ones;
        a.half[0][token + 2] = words.y & ones;
        a.half[1][token] = words.z & ones;
        a.half[1][token + 2] = words.w & ones;
    }
}

MHC_DEVICE void lay_out(const Raw<float> (&tokens)[2], uint32_t ones, Streams16<float>& a) {
#pragma unroll
    for (int token = 0; token < 2; token++) {
        const Eight x = widen(tokens[token]);
#pragma unroll
        for (int i = 0; i < LANE; i++) {
            const int at = i % 2 * 2 + token;
            a.high[i / 2][at] = tf32_high(x.at[i]) & ones;
            a.rest[i / 2][at] = tf32_rest(x.at[i], a.high[i / 2][at]);
        }
    }
}

// Eight rows of fn, for streams of type S.
template <class S>
struct Rows8;

template <>
struct Rows8<Bf16> {
    uint4 part[BF16_PARTS];
};

template <>
struct Rows8<float> {
    Raw<float> weights;
};

MHC_DEVICE void lay_out(const Raw<float>& weights, Rows8<float>& b) { b.weights = weights; }
MHC_DEVICE void lay_out(const Raw<float>& weights, Rows8<Bf16>& b) {
    const Eight x = widen(weights);
    uint32_t pair[LANE / 2][BF16_PARTS];
#pragma unroll
    for (int i = 0; i < LANE / 2; i++) split_in_bf16(x.at[2 * i], x.at[2 * i + 1], pair[i]);
#pragma unroll
    for (int p = 0; p < BF16_PARTS; p++) b.part[p] = {pair[0][p], pair[1][p], pair[2][p], pair[3][p]};
}

// products = a b: (token g | g + 8, row 2q | 2q + 1). The small ones first.
MHC_DEVICE void multiply_rows(const Streams16<Bf16>& a, const Rows8<Bf16>& b, float (&products)[4]) {
#pragma unroll
    for (int i = 0; i < 4; i++) products[i] = 0;
#pragma unroll
    for (int p = BF16_PARTS - 1; p >= 0; p--) {
        multiply_bf16(products, a.half[0], b.part[p].x, b.part[p].y);
        multiply_bf16(products, a.half[1], b.part[p].z, b.part[p].w);
    }
}

MHC_DEVICE void multiply_rows(const Streams16<float>& a, const Rows8<float>& b, float (&products)[4]) {
    const Eight weights = widen(b.weights);
    uint32_t high[STEPS][2], rest[STEPS][2];
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        high[i / 2][i % 2] = tf32_high(weights.at[i]);
        rest[i / 2][i % 2] = tf32_rest(weights.at[i], high[i / 2][i % 2]);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) products[i] = 0;
    multiply_tf32(products, a.high, rest);
    multiply_tf32(products, a.rest, high);
    multiply_tf32(products, a.high, high);
}

// The sums of squares of tokens g and g + 8, in the lane of them whose q is g / 2. bf16 tokens are multiplied by each
// other for that: the other products cost nothing, the squares less than they would without tensor cores.
MHC_DEVICE bool has_squares(int lane) { return lane % 4 == lane / 8; }

MHC_DEVICE void squares_of_tokens(const Raw<Bf16> (&)[2], const Streams16<Bf16>& a, int lane, float (&sums)[2]) {
    float by_upper[4] = {}, by_lower[4] = {};
#pragma unroll
    for (int half = 0; half < 2; half++) {
        multiply_bf16(by_upper, a.half[half], a.half[half][0], a.half[half][2]);
        multiply_bf16(by_lower, a.half[half], a.half[half][1], a.half[half][3]);
    }
    const bool odd = lane / 4 % 2 != 0;
    sums[0] = odd ? by_upper[1] : by_upper[0];
    sums[1] = odd ? by_lower[3] : by_lower[2];
}

MHC_DEVICE void squares_of_tokens(const Raw<float> (&tokens)[2], const Streams16<float>&, int, float (&sums)[2]) {
#pragma unroll
    for (int token = 0; token < 2; token++) sums[token] = sum_of_lanes<4>(squares(widen(tokens[token])));
}

}  // namespace mhc::cuda
