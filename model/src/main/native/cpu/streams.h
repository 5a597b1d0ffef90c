// What coefficients do to streams: the weighted read and the merged write of one token, or of some of its channels.
#pragma once
#include "vector.h"

namespace mhc::MHC_ISA {

// y = (pre.unsqueeze(-1) * h).sum(streams).to(h.dtype) for `count` channels of streams that lie `stride` apart. What a
// vector of y will read back goes to each(vector).
template <class S, int N, class Each>
void read_channels(const S* h, const float* pre, int streams, int64_t stride, int64_t count, S* y, Each each) {
    const int n = N > 0 ? N : streams;
    sweep(count, [&](int64_t c, auto part) {
        Vec sum = load(h + c, part) * pre[0];
        for (int i = 1; i < n; i++) sum = multiply_add(load(h + i * stride + c, part), splat<Vec>(pre[i]), sum);
        store(y + c, sum, part);
        each(as_stored(y, sum));
    });
}

inline float inverse_root(Vec square, int64_t channels, float norm_eps) {
    return 1.0f / std::sqrt(sum(square) / float(channels) + norm_eps);
}

// y = (norm * rms(y)).to(y.dtype), `inverse` being that of y's root mean square.
template <class S>
void normalize_channels(const float* norm, float inverse, int64_t count, S* y) {
    sweep(count, [&](int64_t c, auto part) { store(y + c, load(y + c, part) * inverse * load(norm + c, part), part); });
}

// A token's whole read, with the norm if one is given.
template <class S, int N>
void read_token(const S* h, const float* pre, const float* norm, float norm_eps, int streams, int64_t channels, S* y) {
    Vec square = {};
    read_channels<S, N>(h, pre, streams, channels, channels, y,
                        [&](Vec kept) { square = multiply_add(kept, kept, square); });
    if (norm != nullptr) normalize_channels(norm, inverse_root(square, channels, norm_eps), channels, y);
}

// What read_token divides by, of a y that is there already.
template <class S>
float inverse_root_of(const S* y, int64_t channels, float norm_eps) {
    Vec square = {};
    sweep(channels, [&](int64_t c, auto part) {
        const Vec kept = load(y + c, part);
        square = multiply_add(kept, kept, square);
    });
    return inverse_root(square, channels, norm_eps);
}

// out[k] = post[k] * f + sum_j comb[j, k] * h[j] for `count` channels of streams that lie `stride` apart.
template <class S, int N>
void write_channels(const S* f, const S* h, const float* post, const float* comb, int streams, int64_t stride,
                    int64_t count, S* out) {
    const int n = N > 0 ? N : streams;
    constexpr int CAPACITY = N > 0 ? N : MAX_STREAMS;
    float weights[CAPACITY], matrix[CAPACITY * CAPACITY];
    for (int i = 0; i < n; i++) weights[i] = post[i];
    for (int i = 0; i < n * n; i++) matrix[i] = comb[i];
    sweep(count, [&](int64_t c, auto part) {
        const Vec sublayer = load(f + c, part);
        Vec stream[CAPACITY];
        for (int j = 0; j < n; j++) stream[j] = load(h + j * stride + c, part);
        for (int k = 0; k < n; k++) {
            Vec sum = sublayer * weights[k];
            for (int j = 0; j < n; j++) sum = multiply_add(stream[j], splat<Vec>(matrix[j * n + k]), sum);
            store(out + k * stride + c, sum, part);
        }
    });
}

}  // namespace mhc::MHC_ISA
