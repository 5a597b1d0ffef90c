// The operations over all tokens: blocks of tokens go through every step of a site while they are in cache.
#pragma once
#include "coefficients.h"
#include "streams.h"
#include "team.h"

namespace mhc::MHC_ISA {

constexpr int MAX_ROWS = 2 * MAX_STREAMS + MAX_STREAMS * MAX_STREAMS;
// With fewer blocks than this and threads to spare, threads share the rows of fn instead of the tokens.
constexpr int FEW_BLOCKS = 4;
// Bytes of fn per thread below which starting a thread costs more than it brings.
constexpr int64_t BYTES_PER_THREAD = 128 << 10;
// The same for elementwise work.
constexpr int64_t VALUES_PER_THREAD = 32 << 10;

inline int64_t blocks_of(int64_t tokens) { return (tokens + BLOCK - 1) / BLOCK; }

inline int tokens_of(Shape s, int64_t block) {
    const int64_t left = s.tokens - block * BLOCK;
    return left < BLOCK ? int(left) : BLOCK;
}

inline int threads_for(int64_t work, int64_t least) {
    const int64_t useful = work / least;
    if (useful < 2) return 1;
    const int team = team_size();
    return useful < team ? int(useful) : team;
}

// Runs done(block, raw mixes [rows][BLOCK], squares [BLOCK]) for each block of tokens; before(block) comes first and
// may produce the streams that are then read.
template <class S, class Before, class Done>
void for_projected_blocks(Shape s, const S* h, const float* fn, int rows, Before before, Done done) {
    const int64_t length = s.streams * s.channels, blocks = blocks_of(s.tokens);
    if (blocks == 0) return;
    const int threads = threads_for(blocks * rows * length * sizeof(float), BYTES_PER_THREAD);
    if (blocks > FEW_BLOCKS || threads <= blocks) {
        parallel(blocks, threads, [&](int64_t from, int64_t to) {
            float raw[MAX_ROWS * BLOCK], squares[BLOCK];
            for (int64_t b = from; b < to; b++) {
                before(b);
                project(h + b * BLOCK * length, length, tokens_of(s, b), fn, rows, raw, squares);
                done(b, raw, squares);
            }
        });
        return;
    }
    // Few tokens: each thread takes some rows of fn for one block. Row for row the sums are those of the other path.
    float raw[FEW_BLOCKS][MAX_ROWS * BLOCK], squares[FEW_BLOCKS][BLOCK];
    for (int64_t b = 0; b < blocks; b++) before(b);
    // No part without a row: the first one also brings the sums of squares.
    const int64_t wanted = (threads + blocks - 1) / blocks, parts = wanted < rows ? wanted : rows;
    parallel(blocks * parts, threads, [&](int64_t from, int64_t to) {
        float ignored[BLOCK];
        for (int64_t job = from; job < to; job++) {
            const int64_t b = job / parts, part = job % parts;
            const int first = int(rows * part / parts), last = int(rows * (part + 1) / parts);
            project(h + b * BLOCK * length, length, tokens_of(s, b), fn + first * length, last - first,
                    raw[b] + first * BLOCK, part == 0 ? squares[b] : ignored);
        }
    });
    for (int64_t b = 0; b < blocks; b++) done(b, raw[b], squares[b]);
}

template <class S, int N>
struct Typed {
    static void mix(Shape s, const void* streams, const Site& site, float* mix) {
        const S* h = static_cast<const S*>(streams);
        const int rows = 2 * s.streams + s.streams * s.streams;
        for_projected_blocks(s, h, site.fn, rows, [](int64_t) {}, [&](int64_t b, float* raw, const float* squares) {
            normalize(raw, rows, squares, tokens_of(s, b), s.streams * s.channels, site.norm_eps);
            for (int t = 0; t < tokens_of(s, b); t++) {
                for (int r = 0; r < rows; r++) mix[(b * BLOCK + t) * rows + r] = raw[r * BLOCK + t];
            }
        });
    }

    static void coefficients(Shape s, const float* mix, const Site& site, float* pre, float* post, float* comb) {
        const int n = s.streams, rows = 2 * n + n * n;
        parallel(blocks_of(s.tokens), threads_for(s.tokens * rows * 64, VALUES_PER_THREAD),
                 [&](int64_t from, int64_t to) {
            float lanes[MAX_ROWS * BLOCK] = {};
            for (int64_t b = from; b < to; b++) {
                const int64_t t0 = b * BLOCK;
                for (int t = 0; t < tokens_of(s, b); t++) {
                    for (int r = 0; r < rows; r++) lanes[r * BLOCK + t] = mix[(t0 + t) * rows + r];
                }
                coefficients_of_block<N>(lanes, site, n, tokens_of(s, b), pre + t0 * n, post + t0 * n,
                                         comb + t0 * n * n);
            }
        });
    }

    static void apply_pre(Shape s, const void* streams, const float* pre, void* read) {
        const S* h = static_cast<const S*>(streams);
        S* y = static_cast<S*>(read);
        const int64_t n = s.streams, c = s.channels;
        parallel(s.tokens, threads_for(s.tokens * n * c, VALUES_PER_THREAD), [&](int64_t from, int64_t to) {
            for (int64_t t = from; t < to; t++) {
                read_token<S, N>(h + t * n * c, pre + t * n, nullptr, 0.0f, s.streams, c, y + t * c);
            }
        });
    }

    static void write_tokens(Shape s, const S* f, const S* h, const float* post, const float* comb, S* out,
                             int64_t from, int64_t to) {
        const int64_t n = s.streams, c = s.channels;
        for (int64_t t = from; t < to; t++) {
            write_token<S, N>(f + t * c, h + t * n * c, post + t * n, comb + t * n * n, s.streams, c, out + t * n * c);
        }
    }

    static void post(Shape s, const void* f, const void* h, const float* post, const float* comb, void* out) {
        parallel(s.tokens, threads_for(s.tokens * s.streams * s.channels, VALUES_PER_THREAD),
                 [&](int64_t from, int64_t to) {
            write_tokens(s, static_cast<const S*>(f), static_cast<const S*>(h), post, comb, static_cast<S*>(out), from,
                         to);
        });
    }

    // The site's coefficients and read of streams that `before` may have written just now.
    template <class Before>
    static void read(Shape s, const S* h, const Site& site, Before before, S* y, float* post, float* comb) {
        const int n = s.streams, rows = 2 * n + n * n;
        const int64_t c = s.channels;
        for_projected_blocks(s, h, site.fn, rows, before, [&](int64_t b, float* raw, const float* squares) {
            const int64_t t0 = b * BLOCK;
            const int tokens = tokens_of(s, b);
            float pre[BLOCK * MAX_STREAMS];
            normalize(raw, rows, squares, tokens, n * c, site.norm_eps);
            coefficients_of_block<N>(raw, site, n, tokens, pre, post + t0 * n, comb + t0 * n * n);
            read_tokens(s, h, pre, site, t0, tokens, y);
        });
    }

    static void read_tokens(Shape s, const S* h, const float* pre, const Site& site, int64_t t0, int tokens, S* y) {
        const int64_t n = s.streams, c = s.channels;
        for (int t = 0; t < tokens; t++) {
            read_token<S, N>(h + (t0 + t) * n * c, pre + t * n, site.norm, site.norm_eps, s.streams, c,
                             y + (t0 + t) * c);
        }
    }

    static void pre(Shape s, const void* h, const Site& site, void* y, float* post, float* comb) {
        read(s, static_cast<const S*>(h), site, [](int64_t) {}, static_cast<S*>(y), post, comb);
    }

    static void post_pre(Shape s, const void* f, const void* h, const float* post, const float* comb, const Site& next,
                         void* out, void* y, float* next_post, float* next_comb) {
        auto write = [&](int64_t b) {
            write_tokens(s, static_cast<const S*>(f), static_cast<const S*>(h), post, comb, static_cast<S*>(out),
                         b * BLOCK, b * BLOCK + tokens_of(s, b));
        };
        read(s, static_cast<const S*>(out), next, write, static_cast<S*>(y), next_post, next_comb);
    }

    static void head(Shape s, const void* streams, const Site& site, void* read) {
        const S* h = static_cast<const S*>(streams);
        const int n = s.streams;
        for_projected_blocks(s, h, site.fn, n, [](int64_t) {}, [&](int64_t b, float* raw, const float* squares) {
            const int tokens = tokens_of(s, b);
            float pre[BLOCK * MAX_STREAMS];
            normalize(raw, n, squares, tokens, n * s.channels, site.norm_eps);
            head_of_block(raw, site, n, tokens, pre);
            read_tokens(s, h, pre, site, b * BLOCK, tokens, static_cast<S*>(read));
        });
    }
};

}  // namespace mhc::MHC_ISA
