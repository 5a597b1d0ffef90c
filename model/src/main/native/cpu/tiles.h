// Products of two matrices whose results are tiles in registers.
#pragma once
#include <cstdint>

#include "vector.h"

namespace mhc::MHC_ISA {

// A tile of results in registers: TALL rows of WIDE vectors.
constexpr int TALL = 6;
constexpr int WIDE = MHC_REGISTERS >= 32 ? 4 : 2;
constexpr int64_t TILE = WIDE * LANES;

// Partial sums that a tile carries side by side: a small one would wait for each sum before it adds the next product.
template <int T, int W>
constexpr int CHAINS = T * W <= 2 ? 4 : T * W <= 4 ? 2 : 1;

// c [T, W * LANES] (+)= a [T, depth] * b [depth, W * LANES]
template <int T, int W, class A, class B>
inline void tile(int64_t depth, const A* a, int64_t a_row, const B* b, int64_t b_row, float* c, int64_t c_row,
                 bool add) {
    constexpr int chains = CHAINS<T, W>;
    Vec sums[chains][T][W] = {};
    for (int t = 0; t < T && add; t++) {
        for (int w = 0; w < W; w++) sums[0][t][w] = load(c + t * c_row + w * LANES, Whole{});
    }
    const auto multiply = [&](int64_t d, Vec (&to)[T][W]) {
        decltype(load(b, Whole{})) wide[W];
        for (int w = 0; w < W; w++) wide[w] = load(b + d * b_row + w * LANES, Whole{});
        for (int t = 0; t < T; t++) {
            const auto tall = broadcast(a + t * a_row + d);
            for (int w = 0; w < W; w++) to[t][w] = multiply_add(tall, wide[w], to[t][w]);
        }
    };
    int64_t d = 0;
    for (; d + chains <= depth; d += chains) {
        for (int chain = 0; chain < chains; chain++) multiply(d + chain, sums[chain]);
    }
    for (; d < depth; d++) multiply(d, sums[0]);
    for (int t = 0; t < T; t++) {
        for (int w = 0; w < W; w++) {
            for (int chain = 1; chain < chains; chain++) sums[0][t][w] += sums[chain][t][w];
            store(c + t * c_row + w * LANES, sums[0][t][w], Whole{});
        }
    }
}

// The same for 1 to TALL rows.
template <int W, int T = TALL, class A, class B>
inline void tile_of(int64_t rows, int64_t depth, const A* a, int64_t a_row, const B* b, int64_t b_row, float* c,
                    int64_t c_row, bool add) {
    if constexpr (T > 0) {
        if (rows == T) return tile<T, W>(depth, a, a_row, b, b_row, c, c_row, add);
        tile_of<W, T - 1>(rows, depth, a, a_row, b, b_row, c, c_row, add);
    }
}

}  // namespace mhc::MHC_ISA
