// From a mix to pre, post and comb: sigmoids and the whole of Sinkhorn-Knopp in registers, one token in each lane.
#pragma once
#include "mix.h"

namespace mhc::MHC_ISA {

constexpr int GROUP = LANES < BLOCK ? LANES : BLOCK;
using Lane = Simd<GROUP>::F;

inline Lane load_lanes(const float* p) {
    Lane v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

// comb[in][out] from logits in place; N = 0 takes n at run time.
template <int N>
inline void sinkhorn(Lane* comb, int streams, int iterations, float eps) {
    const int n = N > 0 ? N : streams;
    auto rows = [&](float added) {
        for (int i = 0; i < n; i++) {
            Lane total = comb[i * n];
            for (int j = 1; j < n; j++) total += comb[i * n + j];
            const Lane inverse = 1.0f / (total + added);
            for (int j = 0; j < n; j++) comb[i * n + j] *= inverse;
        }
    };
    auto columns = [&]() {
        for (int j = 0; j < n; j++) {
            Lane total = comb[j];
            for (int i = 1; i < n; i++) total += comb[i * n + j];
            const Lane inverse = 1.0f / (total + eps);
            for (int i = 0; i < n; i++) comb[i * n + j] *= inverse;
        }
    };
    // comb = softmax(logits, -1) + eps
    for (int i = 0; i < n; i++) {
        Lane top = comb[i * n];
        for (int j = 1; j < n; j++) top = comb[i * n + j] > top ? comb[i * n + j] : top;
        for (int j = 0; j < n; j++) comb[i * n + j] = exponential<GROUP>(comb[i * n + j] - top);
    }
    rows(0.0f);
    for (int i = 0; i < n * n; i++) comb[i] += eps;
    // comb = comb / (comb.sum(-2, keepdim=True) + eps)
    columns();
    for (int k = 1; k < iterations; k++) {
        // comb = comb / (comb.sum(-1, keepdim=True) + eps)
        rows(eps);
        // comb = comb / (comb.sum(-2, keepdim=True) + eps)
        columns();
    }
}

// The same without eps, in logarithms: e^x is 0 in float32 where x is 104 below its row's largest, and a column of such
// 0 / 0.
template <int N>
inline void sinkhorn_in_logs(Lane* comb, int streams, int iterations) {
    const int n = N > 0 ? N : streams;
    auto normalize = [&](int from, int step) {
        Lane top = comb[from];
        for (int k = 1; k < n; k++) top = comb[from + k * step] > top ? comb[from + k * step] : top;
        Lane total = {};
        for (int k = 0; k < n; k++) {
            // Less the largest first: a sum of both logarithms would be rounded as coarsely as the larger one.
            comb[from + k * step] -= top;
            total += exponential<GROUP>(comb[from + k * step]);
        }
        const Lane log_total = logarithm<GROUP>(total);
        for (int k = 0; k < n; k++) comb[from + k * step] -= log_total;
    };
    for (int k = 0; k < iterations; k++) {
        // logits = log_softmax(log_softmax(logits, -1), -2)
        for (int i = 0; i < n; i++) normalize(i * n, 1);
        for (int j = 0; j < n; j++) normalize(j, n);
    }
    // comb = exp(logits)
    for (int i = 0; i < n * n; i++) comb[i] = exponential<GROUP>(comb[i]);
}

// mix[row][BLOCK] -> pre, post [tokens, n] and comb [tokens, n, n]; LOGS where eps is 0.
template <int N, bool LOGS>
void coefficients_of_block(const float* mix, const Site& site, int streams, int tokens, float* pre, float* post,
                           float* comb) {
    const int n = N > 0 ? N : streams;
    for (int from = 0; from < tokens; from += GROUP) {
        const int count = tokens - from < GROUP ? tokens - from : GROUP;
        auto scaled = [&](int row, int part) {
            return multiply_add(load_lanes(mix + row * BLOCK + from), splat<Lane>(site.scale[part]),
                                splat<Lane>(site.base[row]));
        };
        for (int i = 0; i < n; i++) {
            // pre = sigmoid(scale[0] * pre + b_pre) + hc_eps;  post = post_mult * sigmoid(scale[1] * post + b_post)
            const Lane p = sigmoid<GROUP>(scaled(i, 0)) + site.hc_eps;
            const Lane q = sigmoid<GROUP>(scaled(n + i, 1)) * site.post_mult;
            for (int t = 0; t < count; t++) {
                pre[(from + t) * n + i] = p[t];
                post[(from + t) * n + i] = q[t];
            }
        }
        Lane matrix[N > 0 ? N * N : MAX_STREAMS * MAX_STREAMS];
        for (int i = 0; i < n * n; i++) matrix[i] = scaled(2 * n + i, 2);
        if constexpr (LOGS) {
            sinkhorn_in_logs<N>(matrix, n, site.iterations);
        } else {
            sinkhorn<N>(matrix, n, site.iterations, site.hc_eps);
        }
        for (int i = 0; i < n * n; i++) {
            for (int t = 0; t < count; t++) comb[(from + t) * n * n + i] = matrix[i][t];
        }
    }
}

template <int N>
void coefficients_of_block(const float* mix, const Site& site, int streams, int tokens, float* pre, float* post,
                           float* comb) {
    const auto of_block = site.hc_eps > 0 ? coefficients_of_block<N, false> : coefficients_of_block<N, true>;
    of_block(mix, site, streams, tokens, pre, post, comb);
}

// The head has read weights only: pre = sigmoid(scale * mix + base) + hc_eps
inline void head_of_block(const float* mix, const Site& site, int n, int tokens, float* pre) {
    for (int from = 0; from < tokens; from += GROUP) {
        const int count = tokens - from < GROUP ? tokens - from : GROUP;
        for (int i = 0; i < n; i++) {
            const Lane logit =
                multiply_add(load_lanes(mix + i * BLOCK + from), splat<Lane>(site.scale[0]), splat<Lane>(site.base[i]));
            const Lane p = sigmoid<GROUP>(logit) + site.hc_eps;
            for (int t = 0; t < count; t++) pre[(from + t) * n + i] = p[t];
        }
    }
}

}  // namespace mhc::MHC_ISA
