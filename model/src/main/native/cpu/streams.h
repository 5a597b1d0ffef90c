// What coefficients do to streams: one token's weighted read and its merged write.
#pragma once
#include "vector.h"

namespace mhc::MHC_ISA {

// y = (pre.unsqueeze(-1) * h).sum(streams).to(h.dtype), then (norm * rms(y)).to(h.dtype) if a norm is given.
template <class S, int N>
void read_token(const S* h, const float* pre, const float* norm, float norm_eps, int streams, int64_t channels, S* y) {
    const int n = N > 0 ? N : streams;
    Vec square = {};
    sweep(channels, [&](int64_t c, auto part) {
        Vec sum = load(h + c, part) * pre[0];
        for (int i = 1; i < n; i++) sum += load(h + i * channels + c, part) * pre[i];
        store(y + c, sum, part);
        const Vec kept = as_stored(y, sum);
        square += kept * kept;
    });
    if (norm == nullptr) return;
    const float inverse = 1.0f / std::sqrt(sum(square) / float(channels) + norm_eps);
    sweep(channels,
          [&](int64_t c, auto part) { store(y + c, load(y + c, part) * inverse * load(norm + c, part), part); });
}

// out[k] = post[k] * f + sum_j comb[j, k] * h[j]
template <class S, int N>
void write_token(const S* f, const S* h, const float* post, const float* comb, int streams, int64_t channels, S* out) {
    const int n = N > 0 ? N : streams;
    constexpr int CAPACITY = N > 0 ? N : MAX_STREAMS;
    float weights[CAPACITY], matrix[CAPACITY * CAPACITY];
    for (int i = 0; i < n; i++) weights[i] = post[i];
    for (int i = 0; i < n * n; i++) matrix[i] = comb[i];
    sweep(channels, [&](int64_t c, auto part) {
        const Vec sublayer = load(f + c, part);
        Vec stream[CAPACITY];
        for (int j = 0; j < n; j++) stream[j] = load(h + j * channels + c, part);
        for (int k = 0; k < n; k++) {
            Vec sum = sublayer * weights[k];
            for (int j = 0; j < n; j++) sum += stream[j] * matrix[j * n + k];
            store(out + k * channels + c, sum, part);
        }
    });
}

}  // namespace mhc::MHC_ISA
