// The operations in double, one statement per equation: what the kernels are held against.
#pragma once
#include <cmath>
#include <vector>

#include "../../main/native/kernels.h"

namespace mhc::reference {

using Values = std::vector<double>;

struct Coefficients {
    Values pre, post, comb;
};

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// mix [T, m] = (x / sqrt(mean(x^2) + norm_eps)) fn^T over the flattened n*C values
inline Values mix(const Values& h, int64_t tokens, int64_t length, const float* fn, int rows, double norm_eps) {
    Values out(tokens * rows);
    for (int64_t t = 0; t < tokens; t++) {
        double squares = 0;
        for (int64_t k = 0; k < length; k++) squares += h[t * length + k] * h[t * length + k];
        const double inverse = 1 / std::sqrt(squares / double(length) + norm_eps);
        for (int r = 0; r < rows; r++) {
            double sum = 0;
            for (int64_t k = 0; k < length; k++) sum += h[t * length + k] * fn[r * length + k];
            out[t * rows + r] = sum * inverse;
        }
    }
    return out;
}

// comb [n(in), n(out)] of logits: softmax over out, then over in, in turn
inline void sinkhorn_in_logs(double* comb, int n, int iterations) {
    auto normalize = [&](double* logits, int step) {
        double top = logits[0], sum = 0;
        for (int k = 1; k < n; k++) top = std::fmax(top, logits[k * step]);
        for (int k = 0; k < n; k++) sum += std::exp(logits[k * step] - top);
        for (int k = 0; k < n; k++) logits[k * step] -= top + std::log(sum);
    };
    for (int k = 0; k < iterations; k++) {
        for (int i = 0; i < n; i++) normalize(comb + i * n, 1);
        for (int j = 0; j < n; j++) normalize(comb + j, n);
    }
    for (int i = 0; i < n * n; i++) comb[i] = std::exp(comb[i]);
}

// comb [n(in), n(out)]: softmax over out, + eps, then columns and rows in turn, columns last
inline void sinkhorn(double* comb, int n, int iterations, double eps) {
    if (eps == 0) return sinkhorn_in_logs(comb, n, iterations);
    auto rows = [&](double added) {
        for (int i = 0; i < n; i++) {
            double sum = added;
            for (int j = 0; j < n; j++) sum += comb[i * n + j];
            for (int j = 0; j < n; j++) comb[i * n + j] /= sum;
        }
    };
    auto columns = [&] {
        for (int j = 0; j < n; j++) {
            double sum = eps;
            for (int i = 0; i < n; i++) sum += comb[i * n + j];
            for (int i = 0; i < n; i++) comb[i * n + j] /= sum;
        }
    };
    for (int i = 0; i < n; i++) {
        double top = comb[i * n];
        for (int j = 1; j < n; j++) top = std::fmax(top, comb[i * n + j]);
        for (int j = 0; j < n; j++) comb[i * n + j] = std::exp(comb[i * n + j] - top);
    }
    rows(0);
    for (int i = 0; i < n * n; i++) comb[i] += eps;
    columns();
    for (int k = 1; k < iterations; k++) {
        rows(eps);
        columns();
    }
}

inline Coefficients coefficients(const Values& mix, int64_t tokens, int n, const Site& site) {
    const int rows = 2 * n + n * n;
    Coefficients c{Values(tokens * n), Values(tokens * n), Values(tokens * n * n)};
    for (int64_t t = 0; t < tokens; t++) {
        auto logit = [&](int row, int part) {
            return mix[t * rows + row] * double(site.scale[part]) + double(site.base[row]);
        };
        for (int i = 0; i < n; i++) c.pre[t * n + i] = sigmoid(logit(i, 0)) + double(site.hc_eps);
        for (int i = 0; i < n; i++) c.post[t * n + i] = double(site.post_mult) * sigmoid(logit(n + i, 1));
        for (int i = 0; i < n * n; i++) c.comb[t * n * n + i] = logit(2 * n + i, 2);
        sinkhorn(&c.comb[t * n * n], n, site.iterations, double(site.hc_eps));
    }
    return c;
}

// y = sum_i pre_i h_i
inline Values apply_pre(const Values& h, const Values& pre, int64_t tokens, int n, int64_t channels) {
    Values y(tokens * channels, 0);
    for (int64_t t = 0; t < tokens; t++) {
        for (int i = 0; i < n; i++) {
            for (int64_t c = 0; c < channels; c++) {
                y[t * channels + c] += pre[t * n + i] * h[(t * n + i) * channels + c];
            }
        }
    }
    return y;
}

// out[k] = post[k] f + sum_j comb[j, k] h[j]
inline Values post(const Values& f, const Values& h, const Coefficients& by, int64_t tokens, int n, int64_t channels) {
    Values out(tokens * n * channels);
    for (int64_t t = 0; t < tokens; t++) {
        for (int k = 0; k < n; k++) {
            for (int64_t c = 0; c < channels; c++) {
                double sum = by.post[t * n + k] * f[t * channels + c];
                for (int j = 0; j < n; j++) sum += by.comb[(t * n + j) * n + k] * h[(t * n + j) * channels + c];
                out[(t * n + k) * channels + c] = sum;
            }
        }
    }
    return out;
}

// weight * y / sqrt(mean(y^2) + eps)
inline Values norm(const Values& y, const std::vector<float>& weight, int64_t tokens, int64_t channels, double eps) {
    Values out(y);
    for (int64_t t = 0; t < tokens; t++) {
        double squares = 0;
        for (int64_t c = 0; c < channels; c++) squares += y[t * channels + c] * y[t * channels + c];
        const double inverse = 1 / std::sqrt(squares / double(channels) + eps);
        for (int64_t c = 0; c < channels; c++) out[t * channels + c] *= inverse * double(weight[c]);
    }
    return out;
}

}  // namespace mhc::reference
