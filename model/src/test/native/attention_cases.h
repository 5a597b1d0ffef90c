// Attention of every instruction set against its definition in double.
#pragma once
#include <algorithm>

#include "../../main/native/cpu/attention.h"
#include "fixture.h"

namespace mhc {

struct AttentionCase {
    int64_t rows, heads, queries, keys, width;
    bool causal, masked;
};

// q [rows, queries, heads, width] and keys alike, as products give them; every row has a mask.
inline void attends(const AttentionOperations& ops, const AttentionCase& c, Dtype dtype) {
    Random random(uint64_t(c.keys * 31 + c.width));
    const int64_t line = c.heads * c.width;
    Stored q(dtype, random.normal(c.rows * c.queries * line, 1)), k(dtype, random.normal(c.rows * c.keys * line, 1));
    Stored v(dtype, random.normal(c.rows * c.keys * line, 1)), o(dtype, c.rows * c.queries * line);
    const std::vector<float> mask = random.normal(c.rows * c.keys, 2);
    std::vector<float> lse(c.rows * c.queries * c.heads);
    Attended a{};
    a.rows = c.rows, a.heads = c.heads, a.queries = c.queries, a.keys = c.keys, a.width = c.width, a.dtype = dtype;
    a.q = q.data(), a.k = k.data(), a.v = v.data(), a.o = o.data(), a.lse = lse.data();
    a.q_strides = {c.queries * line, c.width, line};
    a.k_strides = a.v_strides = {c.keys * line, c.width, line};
    if (c.masked) a.mask = mask.data(), a.mask_strides = {c.keys, 0, 0};
    a.causal = c.causal, a.scale = 0.3f;
    ops.attend(a);

    const reference::Values qs = q.doubles(), ks = k.doubles(), vs = v.doubles();
    reference::Values expected(c.rows * c.queries * line), expected_lse(c.rows * c.queries * c.heads);
    for (int64_t i = 0; i < c.rows * c.queries * c.heads; i++) {
        const int64_t head = i % c.heads, query = i / c.heads % c.queries, row = i / c.heads / c.queries;
        const int64_t seen = c.causal ? std::min(query + 1, c.keys) : c.keys;
        reference::Values scores(seen);
        double sum = 0;
        for (int64_t j = 0; j < seen; j++) {
            const int64_t key = ((row * c.keys + j) * c.heads + head) * c.width;
            for (int64_t d = 0; d < c.width; d++) scores[j] += qs[i * c.width + d] * ks[key + d];
            scores[j] = scores[j] * double(a.scale) + (c.masked ? double(mask[row * c.keys + j]) : 0);
            sum += std::exp(scores[j]);
        }
        expected_lse[i] = std::log(sum);
        for (int64_t j = 0; j < seen; j++) {
            const int64_t key = ((row * c.keys + j) * c.heads + head) * c.width;
            for (int64_t d = 0; d < c.width; d++) expected[i * c.width + d] += std::exp(scores[j]) / sum * vs[key + d];
        }
    }
    // bf16 rounds exponentials, which meet values below 5, and the result.
    close("attention", worst(o.doubles(), expected), dtype == Dtype::F32 ? 1e-5 : 6 * 0x1p-8);
    close("logarithms of attention", worst(lse, expected_lse), 1e-5);
}

inline void attentions(const AttentionOperations& ops) {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (const AttentionCase& c : {
                 AttentionCase{1, 1, 1, 1, 1, false, false},
                 {2, 3, 1, 70, 64, false, true},
                 {2, 1, 3, 301, 32, false, false},
                 {1, 2, 2, 19, 33, false, true},
                 {1, 2, 5, 5, 7, true, false},
                 {2, 1, 25, 257, 17, false, true},
                 {1, 2, 67, 67, 24, true, true},
                 {1, 1, 30, 600, 80, false, false},
             }) {
            attends(ops, c, dtype);
        }
    }
}

}  // namespace mhc
