// The order of summation, and partial sums that one kernel leaves for the next.
//
// Every sum over n*C values is a fixed tree: 32 channels of a stream, then the streams of such a chunk, then the chunks
// of a group, then the groups. The tree depends on C, n and `splits` alone, and each part is computed by the same
// instructions wherever it is: a token's result depends neither on how many tokens there are nor on the GPU, and fused
// operations equal their parts to the bit. Short chains also keep the error of the tensor cores' own accumulation
// small.
#pragma once
#include "values.cuh"

namespace mhc::cuda {

constexpr int CHUNK = 32;
// Chunks of a group, unless a caller asks for another number of groups.
constexpr int GROUP = 8;
// Groups whose sums are in shared memory at once.
constexpr int STAGED = 32;

// Partial products [units, tokens, stride] and sums of squares [units, tokens] of streams. A unit is a chunk or, where
// tokens abound, a whole group (fan = 1).
struct Sums {
    float* products;
    float* squares;
    int64_t tokens;
    int64_t units;
    int64_t fan;     // units of a group
    int32_t stride;  // rows of fn, a multiple of eight
};

// Floats of shared memory that `gather` takes for `tokens` tokens.
MHC_DEVICE int values_of(int quads) { return 4 * quads + 1; }

// For tokens [from, from + count): totals[count][4 quads + 1] = the first 4 quads rows' products and the sum of
// squares. All threads of a block call it; it ends with a barrier. stage holds count * STAGED * (4 quads + 1) floats.
MHC_DEVICE void gather(const Sums& sums, int64_t from, int count, int quads, float* stage, float* totals) {
    const int values = values_of(quads);
    const int64_t groups = (sums.units + sums.fan - 1) / sums.fan;
    for (int64_t first = 0; first < groups; first += STAGED) {
        const int staged = groups - first < STAGED ? int(groups - first) : STAGED;
        for (int item = threadIdx.x; item < count * staged * (quads + 1); item += blockDim.x) {
            const int quad = item % (quads + 1), group = item / (quads + 1) % staged, t = item / (quads + 1) / staged;
            const int64_t begin = (first + group) * sums.fan;
            const int64_t end = begin + sums.fan < sums.units ? begin + sums.fan : sums.units;
            float* out = stage + (t * staged + group) * values + 4 * quad;
            if (quad < quads) {
                float4 sum = {0, 0, 0, 0};
                const float* p = sums.products + (begin * sums.tokens + from + t) * sums.stride + 4 * quad;
#pragma unroll 8
                for (int64_t unit = begin; unit < end; unit++, p += sums.tokens * sums.stride) {
                    const float4 part = __ldcg(reinterpret_cast<const float4*>(p));
                    sum.x += part.x, sum.y += part.y, sum.z += part.z, sum.w += part.w;
                }
                out[0] = sum.x, out[1] = sum.y, out[2] = sum.z, out[3] = sum.w;
            } else {
                float sum = 0;
                const float* p = sums.squares + begin * sums.tokens + from + t;
#pragma unroll 8
                for (int64_t unit = begin; unit < end; unit++, p += sums.tokens) sum += __ldcg(p);
                out[0] = sum;
            }
        }
        __syncthreads();
        for (int item = threadIdx.x; item < count * values; item += blockDim.x) {
            float total = first == 0 ? 0 : totals[item];
            for (int group = 0; group < staged; group++) {
                total += stage[(item / values * staged + group) * values + item % values];
            }
            totals[item] = total;
        }
        __syncthreads();
    }
}

// 1 / root mean square of `count` values.
MHC_DEVICE float inverse_root(float squares, int64_t count, float eps) {
    return 1.0f / sqrtf(squares / static_cast<float>(count) + eps);
}

}  // namespace mhc::cuda
