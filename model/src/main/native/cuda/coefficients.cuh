// From a mix to pre, post and comb: sigmoids and the whole of Sinkhorn-Knopp in registers, a row of comb in each lane.
#pragma once
#include "sums.cuh"

namespace mhc::cuda {

// Streams that registers are laid out for; N = 0 takes n at run time.
template <int N>
constexpr int CAPACITY = N > 0 ? N : MAX_STREAMS;

MHC_DEVICE float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// pre = sigmoid(scale[0] * pre + b_pre) + hc_eps
MHC_DEVICE float read_weight(float mix, float scale, float base, float hc_eps) {
    return sigmoid(fmaf(mix, scale, base)) + hc_eps;
}

// comb[in] is this lane's row, of logits first. Neighbouring CAPACITY<N> lanes have one matrix; lanes that are not live
// have a row of zeros.
template <int N>
MHC_DEVICE void sinkhorn(float (&comb)[CAPACITY<N>], int n, bool live, int iterations, float eps) {
    constexpr int W = CAPACITY<N>;
    auto rows = [&](float added) {
        float total = comb[0];
#pragma unroll
        for (int j = 1; j < W; j++) total += comb[j];
        const float inverse = live ? reciprocal(total + added) : 0.0f;
#pragma unroll
        for (int j = 0; j < W; j++) comb[j] *= inverse;
    };
    auto columns = [&]() {
#pragma unroll
        for (int j = 0; j < W; j++) {
            const float inverse = reciprocal(sum_of_lanes<W>(comb[j]) + eps);
            comb[j] = live && j < n ? comb[j] * inverse : 0.0f;
        }
    };
    // comb = softmax(logits, -1) + eps
    float top = comb[0];
#pragma unroll
    for (int j = 1; j < W; j++) top = j < n ? fmaxf(top, comb[j]) : top;
#pragma unroll
    for (int j = 0; j < W; j++) comb[j] = live && j < n ? expf(comb[j] - top) : 0.0f;
    rows(0.0f);
#pragma unroll
    for (int j = 0; j < W; j++) comb[j] += live && j < n ? eps : 0.0f;
    // comb = comb / (comb.sum(-2, keepdim=True) + eps)
    columns();
    for (int k = 1; k < iterations; k++) {
        // comb = comb / (comb.sum(-1, keepdim=True) + eps)
        rows(eps);
        // comb = comb / (comb.sum(-2, keepdim=True) + eps)
        columns();
    }
}

// A warp's 32 / CAPACITY<N> tokens, this lane's being `token` where live; mix [2n + n * n] is that token's. pre may be
// null.
template <int N>
MHC_DEVICE void coefficients_of_token(const float* mix, const Site& site, int streams, int64_t token, bool live,
                                      float* pre, float* post, float* comb) {
    constexpr int W = CAPACITY<N>;
    const int n = N > 0 ? N : streams, i = threadIdx.x % W;
    live = live && i < n;
    float row[W];
#pragma unroll
    for (int j = 0; j < W; j++) {
        const int at = 2 * n + i * n + j;
        row[j] = live && j < n ? fmaf(mix[at], site.scale[2], site.base[at]) : 0.0f;
    }
    sinkhorn<N>(row, n, live, site.iterations, site.hc_eps);
    if (!live) return;
    if (pre != nullptr) pre[token * n + i] = read_weight(mix[i], site.scale[0], site.base[i], site.hc_eps);
    // post = post_mult * sigmoid(scale[1] * post + b_post)
    post[token * n + i] = sigmoid(fmaf(mix[n + i], site.scale[1], site.base[n + i])) * site.post_mult;
#pragma unroll
    for (int j = 0; j < W; j++) {
        if (j < n) comb[(token * n + i) * n + j] = row[j];
    }
}

// mix [T, 2n + n * n] -> pre, post, comb
template <int N>
MHC_KERNEL(128) void coefficients(const float* mix, Site site, int64_t tokens, int streams, float* pre, float* post,
                                  float* comb) {
    const int n = N > 0 ? N : streams;
    const int64_t token = (int64_t(blockIdx.x) * blockDim.x + threadIdx.x) / CAPACITY<N>;
    coefficients_of_token<N>(mix + token * (2 * n + n * n), site, n, token, token < tokens, pre, post, comb);
}

// mix [T, 2n + n * n] -> comb [T, n, n] without eps, in logarithms: e^x is 0 in float32 where x is 104 below its row's
// largest, and a column of such 0 / 0. Lanes as in `sinkhorn`; a kernel of its own, so that no other pays for its
// registers.
template <int N>
MHC_KERNEL(128) void balance_in_logs(const float* mix, Site site, int64_t tokens, int streams, float* comb) {
    constexpr int W = CAPACITY<N>;
    const int n = N > 0 ? N : streams, i = threadIdx.x % W;
    const int64_t token = (int64_t(blockIdx.x) * blockDim.x + threadIdx.x) / W;
    const bool live = token < tokens && i < n;
    mix += token * (2 * n + n * n);
    float row[W];
#pragma unroll
    for (int j = 0; j < W; j++) {
        const int at = 2 * n + i * n + j;
        row[j] = live && j < n ? fmaf(mix[at], site.scale[2], site.base[at]) : 0.0f;
    }
    for (int k = 0; k < site.iterations; k++) {
        // logits = log_softmax(logits, -1). Less the largest first: a sum of both logarithms would be rounded as
        // coarsely as the larger one.
        float top = row[0], total = 0;
#pragma unroll
        for (int j = 1; j < W; j++) top = j < n ? fmaxf(top, row[j]) : top;
#pragma unroll
        for (int j = 0; j < W; j++) {
            row[j] -= top;
            total += j < n ? expf(row[j]) : 0.0f;
        }
        total = logf(total);
        // logits = log_softmax(logits, -2)
#pragma unroll
        for (int j = 0; j < W; j++) {
            row[j] -= total;
            row[j] -= largest_of_lanes<W>(live ? row[j] : -3e38f);
            row[j] -= logf(sum_of_lanes<W>(live ? expf(row[j]) : 0.0f));
        }
    }
    if (!live) return;
    // comb = exp(logits)
#pragma unroll
    for (int j = 0; j < W; j++) {
        if (j < n) comb[(token * n + i) * n + j] = expf(row[j]);
    }
}

// Partial sums -> mix [T, rows]; a block for each token.
static MHC_KERNEL(128) void finish_mix(Sums sums, int rows, int64_t length, float norm_eps, float* mix) {
    const int quads = sums.stride / 4;
    float* totals = reinterpret_cast<float*>(shared_memory());
    gather(sums, blockIdx.x, 1, quads, totals + values_of(quads), totals);
    const float inverse = inverse_root(totals[4 * quads], length, norm_eps);
    for (int row = threadIdx.x; row < rows; row += blockDim.x) {
        mix[int64_t(blockIdx.x) * rows + row] = totals[row] * inverse;
    }
}

}  // namespace mhc::cuda
