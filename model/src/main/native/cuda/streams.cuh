// What coefficients do to streams: the weighted read, with the sublayer's norm where asked for, and the merged write.
#pragma once
#include "coefficients.cuh"
#include "project.cuh"

namespace mhc::cuda {

// Channels of a warp at a time: those of a group of chunks.
constexpr int WARP_CHANNELS = 32 * LANE;
static_assert(WARP_CHANNELS == GROUP * CHUNK);

// y = sum_i pre[i] h[i]; h points to eight channels of stream 0, `step` apart from those of the next.
template <class S, int N>
MHC_DEVICE Eight weighted(const S* h, int64_t step, int64_t remaining, bool vectors, const float* pre, int streams) {
    const int n = N > 0 ? N : streams;
    Eight sum;
#pragma unroll
    for (int j = 0; j < CAPACITY<N>; j++) {
        if (j < n) {
            const Eight stream = widen(load(h + j * step, remaining, vectors));
#pragma unroll
            for (int i = 0; i < LANE; i++) {
                sum.at[i] = j == 0 ? stream.at[i] * pre[0] : fmaf(stream.at[i], pre[j], sum.at[i]);
            }
        }
    }
    return sum;
}

// y = (y * inverse * weight) as stored; this thread has written y.
template <class S>
MHC_DEVICE void normalize(S* y, const float* weight, int64_t remaining, bool vectors, float inverse) {
    Raw<S> raw;
    Eight x = widen(load(y, remaining, vectors));
    const Eight w = widen(load(weight, remaining, vectors));
#pragma unroll
    for (int i = 0; i < LANE; i++) x.at[i] = x.at[i] * inverse * w.at[i];
    narrow(x, raw);
    store(y, remaining, vectors, raw);
}

// Blocks: x tokens, y some groups of channels each. pre [T, n] is given.
template <class S, int N>
MHC_KERNEL(128) void apply_pre(const S* h, const float* pre, int streams, int64_t channels, bool vectors, S* y) {
    const int n = N > 0 ? N : streams;
    const int64_t token = blockIdx.x;
    float* weights = reinterpret_cast<float*>(shared_memory());
    if (int(threadIdx.x) < n) weights[threadIdx.x] = pre[token * n + threadIdx.x];
    __syncthreads();
    const int64_t step = int64_t(gridDim.y) * blockDim.x * LANE;
    for (int64_t c = (int64_t(blockIdx.y) * blockDim.x + threadIdx.x) * LANE; c < channels; c += step) {
        Raw<S> raw;
        narrow(weighted<S, N>(h + token * n * channels + c, channels, channels - c, vectors, weights, n), raw);
        store(y + token * channels + c, channels - c, vectors, raw);
    }
}

// Blocks: x tokens, y some channels each. Reads f and h once, writes out once.
template <class S, int N>
MHC_KERNEL(128) void write_streams(const S* f, const S* h, const float* post, const float* comb, int streams,
                                   int64_t channels, bool vectors, S* out) {
    const int n = N > 0 ? N : streams;
    const int64_t token = blockIdx.x;
    float* weights = reinterpret_cast<float*>(shared_memory());
    float* matrix = weights + n;
    for (int i = threadIdx.x; i < n + n * n; i += blockDim.x) {
        weights[i] = i < n ? post[token * n + i] : comb[token * n * n + i - n];
    }
    __syncthreads();
    const int64_t step = int64_t(gridDim.y) * blockDim.x * LANE;
    for (int64_t c = (int64_t(blockIdx.y) * blockDim.x + threadIdx.x) * LANE; c < channels; c += step) {
        const int64_t remaining = channels - c, at = token * n * channels + c;
        const Raw<S> sublayer = load(f + token * channels + c, remaining, vectors);
        Raw<S> stream[CAPACITY<N>];
#pragma unroll
        for (int j = 0; j < CAPACITY<N>; j++) {
            if (j < n) stream[j] = load(h + at + j * channels, remaining, vectors);
        }
        for (int k = 0; k < n; k++) {
            Raw<S> raw;
            narrow(mixed<S, CAPACITY<N>>(sublayer, stream, n, weights[k], matrix + k, n), raw);
            store(out + at + k * channels, remaining, vectors, raw);
        }
    }
}

// Partial sums and streams -> y and, unless it is the head's, post and comb. A block for each token: READERS warps read
// the streams while one more computes post and comb, which the read does not need.
constexpr int READERS = 4, READ_THREADS = 32 * (READERS + 1);

template <class S, int N>
MHC_KERNEL(READ_THREADS) void read_streams(Sums sums, Site site, bool head, const S* h, int streams, int64_t channels,
                                           bool vectors, S* y, float* post, float* comb) {
    const int n = N > 0 ? N : streams, quads = sums.stride / 4, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    // Last tokens first: their streams went through the second cache last.
    const int64_t token = gridDim.x - 1 - blockIdx.x;
    float* totals = reinterpret_cast<float*>(shared_memory());
    float* weights = totals + values_of(quads);
    float* squares_of_groups = weights + n;
    gather(sums, token, 1, quads, squares_of_groups, totals);
    const float inverse = inverse_root(totals[4 * quads], n * channels, site.norm_eps);
    for (int row = threadIdx.x; row < 4 * quads; row += blockDim.x) {
        totals[row] *= inverse;
        if (row < n) weights[row] = read_weight(totals[row], site.scale[0], site.base[row], site.hc_eps);
    }
    __syncthreads();
    if (warp == READERS) {
        if (!head) coefficients_of_token<N>(totals, site, n, token, lane < n, nullptr, post, comb);
    } else {
        for (int64_t c = threadIdx.x * LANE; c - lane * LANE < channels; c += READERS * WARP_CHANNELS) {
            Raw<S> raw;
            const int64_t remaining = channels - c;
            narrow(weighted<S, N>(h + token * n * channels + c, channels, remaining, vectors, weights, n), raw);
            store(y + token * channels + c, remaining, vectors, raw);
            if (site.norm == nullptr) continue;
            const float sum = sum_of_lanes<32>(remaining > 0 ? squares(widen(raw)) : 0.0f);
            if (lane == 0) squares_of_groups[c / WARP_CHANNELS] = sum;
        }
    }
    if (site.norm == nullptr) return;
    __syncthreads();
    if (warp == READERS) return;
    float square = 0;
    for (int64_t c = 0; c < channels; c += WARP_CHANNELS) square += squares_of_groups[c / WARP_CHANNELS];
    const float inverse_y = inverse_root(square, channels, site.norm_eps);
    for (int64_t c = threadIdx.x * LANE; c < channels; c += READERS * WARP_CHANNELS) {
        normalize(y + token * channels + c, site.norm + c, channels - c, vectors, inverse_y);
    }
}

}  // namespace mhc::cuda
