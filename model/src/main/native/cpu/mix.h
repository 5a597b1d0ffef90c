// The projection: every row of fn against every token's n*C values, with the sum of squares in the same pass.
#pragma once
#include "vector.h"

namespace mhc::MHC_ISA {

// Tokens that share one pass over fn.
constexpr int BLOCK = 8;
// Values of nC summed before they join the total: a panel of BLOCK tokens stays in the first cache, and sums in two
// levels lose less than one long chain.
constexpr int64_t PANEL = 512;
// Rows of fn that have their totals on the stack at once; n = 8 has 80.
constexpr int ROW_CHUNK = 96;
// Accumulators that leave registers for operands.
constexpr int ACCUMULATORS = MHC_REGISTERS == 32 ? 24 : 12;

// total[row][token] += <fn row, x token> over `vectors` vectors of a packed panel and `tail` values more, ROWS x TOKENS
// of them in registers. `ahead` is a token's part of the next panel: asked for here, it arrives while this one is
// summed.
template <int TOKENS, int ROWS>
inline void panel_dots(const Vec* panel, const float* fn, int64_t fn_stride, int rows, int64_t length,
                       const char* ahead, int64_t ahead_bytes, Vec* total) {
    // A last group that is not full repeats its last row and drops what comes out.
    const float* row[ROWS];
    for (int r = 0; r < ROWS; r++) row[r] = fn + (r < rows ? r : rows - 1) * fn_stride;
    Vec sum[ROWS][TOKENS] = {};
    sweep(length, [&](int64_t k, auto part) __attribute__((always_inline)) {
        if (k % 16 == 0) __builtin_prefetch(ahead + k * ahead_bytes);
        const Vec* x = panel + k / LANES * TOKENS;
        if constexpr (TOKENS < ROWS) {
            for (int r = 0; r < ROWS; r++) {
                const Vec weight = load(row[r] + k, part);
                for (int t = 0; t < TOKENS; t++) sum[r][t] = multiply_add(weight, x[t], sum[r][t]);
            }
        } else {
            Vec weight[ROWS];
            for (int r = 0; r < ROWS; r++) weight[r] = load(row[r] + k, part);
            for (int t = 0; t < TOKENS; t++) {
                const Vec value = held(x[t]);
                for (int r = 0; r < ROWS; r++) sum[r][t] = multiply_add(weight[r], value, sum[r][t]);
            }
        }
    });
    for (int r = 0; r < ROWS && r < rows; r++) {
        for (int t = 0; t < TOKENS; t++) total[r * TOKENS + t] += sum[r][t];
    }
}

// The panel's values in float32, token beside token: streams lie whole pages apart, which the first cache would map
// onto the same few lines. Adds their squares.
template <class S, int TOKENS>
inline void pack(const S* x, int64_t stride, int64_t length, Vec* panel, Vec* square) {
    Vec sum[TOKENS] = {};
    sweep(length, [&](int64_t k, auto part) __attribute__((always_inline)) {
        for (int t = 0; t < TOKENS; t++) {
            const Vec value = load(x + t * stride + k, part);
            panel[k / LANES * TOKENS + t] = value;
            sum[t] = multiply_add(value, value, sum[t]);
        }
    });
    for (int t = 0; t < TOKENS; t++) square[t] += sum[t];
}

// For TOKENS tokens of `length` = n*C values: raw[row][BLOCK] for `rows` rows of fn, and squares[BLOCK].
// Each (row, token) is summed in the same order whatever TOKENS is: a token's result does not depend on its neighbours.
template <class S, int TOKENS>
void project_tokens(const S* x, int64_t length, const float* fn, int rows, float* raw, float* squares) {
    constexpr int ROWS = ACCUMULATORS / TOKENS > 12 ? 12 : ACCUMULATORS / TOKENS;
    Vec panel[PANEL / LANES * TOKENS];
    Vec total[ROW_CHUNK * TOKENS + LANES];
    Vec square[TOKENS] = {};
    for (int i = 0; i < rows * TOKENS + LANES; i++) total[i] = Vec{};
    for (int64_t k = 0; k < length; k += PANEL) {
        const int64_t count = length - k < PANEL ? length - k : PANEL;
        pack<S, TOKENS>(x + k, length, count, panel, square);
        // After the last panel come the tokens behind these.
        const S* next = k + PANEL < length ? x + k + PANEL : x + TOKENS * length;
        for (int r = 0; r < rows; r += ROWS) {
            const char* ahead = reinterpret_cast<const char*>(next + (r / ROWS) % TOKENS * length);
            panel_dots<TOKENS, ROWS>(panel, fn + r * length + k, length, rows - r, count, ahead, sizeof(S),
                                     total + r * TOKENS);
        }
    }
    float flat[ROW_CHUNK * TOKENS + LANES];
    for (int i = 0; i < rows * TOKENS; i += LANES) store(flat + i, sums(total + i), Whole{});
    for (int r = 0; r < rows; r++) {
        for (int t = 0; t < TOKENS; t++) raw[r * BLOCK + t] = flat[r * TOKENS + t];
    }
    for (int t = 0; t < TOKENS; t++) squares[t] = sum(square[t]);
}

// The same for any number of tokens up to BLOCK and any number of rows.
template <class S>
void project(const S* x, int64_t length, int tokens, const float* fn, int rows, float* raw, float* squares) {
    for (int from = 0; from < rows; from += ROW_CHUNK) {
        const int chunk = rows - from < ROW_CHUNK ? rows - from : ROW_CHUNK;
        const float* weights = fn + from * length;
        float* out = raw + from * BLOCK;
        int t = 0;
        for (; tokens - t >= 8; t += 8) {
            project_tokens<S, 8>(x + t * length, length, weights, chunk, out + t, squares + t);
        }
        for (; tokens - t >= 4; t += 4) {
            project_tokens<S, 4>(x + t * length, length, weights, chunk, out + t, squares + t);
        }
        for (; tokens - t >= 2; t += 2) {
            project_tokens<S, 2>(x + t * length, length, weights, chunk, out + t, squares + t);
        }
        for (; tokens - t >= 1; t += 1) {
            project_tokens<S, 1>(x + t * length, length, weights, chunk, out + t, squares + t);
        }
    }
}

// raw[row][BLOCK] becomes the mix: divided by the root mean square over all n*C values (Eq. 14-16, no norm weight).
inline void normalize(float* raw, int rows, const float* squares, int tokens, int64_t length, float norm_eps) {
    float inverse[BLOCK] = {};
    for (int t = 0; t < tokens; t++) inverse[t] = 1.0f / std::sqrt(squares[t] / float(length) + norm_eps);
    for (int r = 0; r < rows; r++) {
        for (int t = 0; t < BLOCK; t++) raw[r * BLOCK + t] *= inverse[t];
    }
}

}  // namespace mhc::MHC_ISA
