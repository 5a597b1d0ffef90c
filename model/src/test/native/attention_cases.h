// Attention of every instruction set against its definition in double.
#pragma once
#include <algorithm>
#include <limits>

#include "../../main/native/cpu/attention.h"
#include "fixture.h"

namespace mhc {

enum class Mask {
    NONE,
    // numbers, the same for all queries of a row
    ADDED,
    // of each query all but a window of keys, of which some rows' lies near the beginning and others' at the end
    HIDING
};

struct AttentionCase {
    int64_t rows, heads, queries, keys, width;
    bool causal;
    Mask mask;
};

// [rows, 1 or queries, keys]
inline std::vector<float> mask_of(const AttentionCase& c, Random& random) {
    if (c.mask != Mask::HIDING) return random.normal(c.rows * c.keys, 2);
    std::vector<float> mask(c.rows * c.queries * c.keys, -std::numeric_limits<float>::infinity());
    for (int64_t i = 0; i < c.rows * c.queries; i++) {
        const int64_t begin = (i * 151) % std::max<int64_t>(1, c.keys - 20), end = std::min(c.keys, begin + 1 + i % 20);
        std::fill(mask.begin() + i * c.keys + begin, mask.begin() + i * c.keys + end, 0.5f);
    }
    return mask;
}

// q [rows, queries, heads, width] and keys alike, as products give them.
inline void attends(const AttentionOperations& ops, const AttentionCase& c, Dtype dtype) {
    Random random(uint64_t(c.keys * 31 + c.width));
    const int64_t line = c.heads * c.width;
    Stored q(dtype, random.normal(c.rows * c.queries * line, 1)), k(dtype, random.normal(c.rows * c.keys * line, 1));
    Stored v(dtype, random.normal(c.rows * c.keys * line, 1)), o(dtype, c.rows * c.queries * line);
    const std::vector<float> mask = mask_of(c, random);
    const int64_t masks = c.mask == Mask::HIDING ? c.queries : 1;
    std::vector<float> lse(c.rows * c.queries * c.heads);
    Attended a{};
    a.rows = c.rows, a.heads = c.heads, a.queries = c.queries, a.keys = c.keys, a.width = c.width, a.dtype = dtype;
    a.q = q.data(), a.k = k.data(), a.v = v.data(), a.o = o.data(), a.lse = lse.data();
    a.q_strides = {c.queries * line, c.width, line};
    a.k_strides = a.v_strides = {c.keys * line, c.width, line};
    if (c.mask != Mask::NONE) a.mask = mask.data(), a.mask_strides = {masks * c.keys, 0, masks == 1 ? 0 : c.keys};
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
            const int64_t shown = (row * masks + query % masks) * c.keys + j;
            scores[j] = scores[j] * double(a.scale) + (c.mask == Mask::NONE ? 0 : double(mask[shown]));
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
                 AttentionCase{1, 1, 1, 1, 1, false, Mask::NONE},
                 {2, 3, 1, 70, 64, false, Mask::ADDED},
                 {2, 1, 3, 301, 32, false, Mask::NONE},
                 {1, 2, 2, 19, 33, false, Mask::ADDED},
                 {1, 2, 5, 5, 7, true, Mask::NONE},
                 {2, 1, 25, 257, 17, false, Mask::ADDED},
                 {1, 2, 67, 67, 24, true, Mask::ADDED},
                 {1, 1, 30, 600, 80, false, Mask::NONE},
                 {5, 2, 1, 900, 64, false, Mask::HIDING},
                 {2, 1, 29, 700, 48, false, Mask::HIDING},
                 {1, 3, 6, 300, 128, false, Mask::NONE},
             }) {
            attends(ops, c, dtype);
        }
    }
}

}  // namespace mhc
