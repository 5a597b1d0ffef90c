// The operations over all tokens: blocks of tokens go through every step of a site while they are in cache.
#pragma once
#include "coefficients.h"
#include "streams.h"
#include "team.h"

namespace mhc::MHC_ISA {

constexpr int MAX_ROWS = 2 * MAX_STREAMS + MAX_STREAMS * MAX_STREAMS;
// Blocks that threads share the rows of fn of at once, where blocks are fewer than threads.
constexpr int WAVE = 8;
// Bytes of fn per thread below which starting a thread costs more than it brings.
constexpr int64_t BYTES_PER_THREAD = 128 << 10;
// The same for elementwise work.
constexpr int64_t VALUES_PER_THREAD = 32 << 10;
// Channels that threads share out where tokens are fewer than threads: whole vectors of every instruction set.
constexpr int64_t SLICE = 128;

// The mixes and the sums of squares of a block of tokens.
struct Projected {
    float raw[MAX_ROWS * BLOCK], squares[BLOCK];
};

inline int64_t blocks_of(int64_t tokens) { return (tokens + BLOCK - 1) / BLOCK; }

// Tokens of `blocks` blocks from `block` on.
inline int tokens_of(Shape s, int64_t block, int64_t blocks = 1) {
    const int64_t remaining = s.tokens - block * BLOCK;
    return int(remaining < blocks * BLOCK ? remaining : blocks * BLOCK);
}

inline int threads_for(int64_t work, int64_t least) {
    const int64_t useful = work / least;
    if (useful < 2) return 1;
    const int team = team_size();
    return useful < team ? int(useful) : team;
}

// Calls body(token, first, last) so that every channel of every token comes once; all channels of a token together
// where there are tokens for every thread.
template <class Body>
void for_channels(int64_t tokens, int64_t channels, int threads, Body body) {
    const int64_t slice = threads > tokens ? SLICE : channels, slices = (channels + slice - 1) / slice;
    parallel(tokens * slices, threads, [&](int64_t from, int64_t to) {
        while (from < to) {
            const int64_t token = from / slices, first = from % slices;
            const int64_t last = slices - first < to - from ? slices : first + to - from;
            body(token, first * slice, last == slices ? channels : last * slice);
            from += last - first;
        }
    });
}

// Runs done(block, blocks, Projected[blocks]) for all blocks of tokens, one or a wave at a time; before(block, blocks)
// comes first and may produce the streams that are then read. Both may run in parallel, or run threads themselves.
template <class S, class Before, class Done>
void for_projected_blocks(Shape s, const S* h, const float* fn, int rows, Before before, Done done) {
    const int64_t length = s.streams * s.channels, blocks = blocks_of(s.tokens);
    if (blocks == 0) return;
    const int threads = threads_for(blocks * rows * length * int64_t(sizeof(float)), BYTES_PER_THREAD);
    if (threads <= blocks) {
        parallel(blocks, threads, [&](int64_t from, int64_t to) {
            Projected projected;
            for (int64_t b = from; b < to; b++) {
                before(b, 1);
                project(h + b * BLOCK * length, length, tokens_of(s, b), fn, rows, projected.raw, projected.squares);
                done(b, 1, &projected);
            }
        });
        return;
    }
    // Each thread takes some rows of fn for one block. Row for row the sums are those of the other path.
    Projected projected[WAVE];
    for (int64_t first = 0; first < blocks; first += WAVE) {
        const int64_t wave = blocks - first < WAVE ? blocks - first : WAVE;
        before(first, wave);
        // No part without a row: the first one also brings the sums of squares.
        const int64_t wanted = (threads + wave - 1) / wave, parts = wanted < rows ? wanted : rows;
        parallel(wave * parts, threads, [&](int64_t from, int64_t to) {
            float ignored[BLOCK];
            for (int64_t job = from; job < to; job++) {
                const int64_t b = job / parts, part = job % parts;
                const int row = int(rows * part / parts), end = int(rows * (part + 1) / parts);
                project(h + (first + b) * BLOCK * length, length, tokens_of(s, first + b), fn + row * length, end - row,
                        projected[b].raw + row * BLOCK, part == 0 ? projected[b].squares : ignored);
            }
        });
        done(first, wave, projected);
    }
}

template <class S, int N>
struct Typed {
    static void mix(Shape s, const void* streams, const Site& site, float* mix) {
        const S* h = static_cast<const S*>(streams);
        const int rows = 2 * s.streams + s.streams * s.streams;
        for_projected_blocks(s, h, site.fn, rows, [](int64_t, int64_t) {},
                             [&](int64_t block, int64_t blocks, Projected* projected) {
            for (int64_t b = 0; b < blocks; b++) {
                const int tokens = tokens_of(s, block + b);
                float* out = mix + (block + b) * BLOCK * rows;
                float* raw = projected[b].raw;
                normalize(raw, rows, projected[b].squares, tokens, s.streams * s.channels, site.norm_eps);
                for (int t = 0; t < tokens; t++) {
                    for (int r = 0; r < rows; r++) out[t * rows + r] = raw[r * BLOCK + t];
                }
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
        const Site no_norm{};
        read_tokens(s, static_cast<const S*>(streams), pre, no_norm, 0, s.tokens, static_cast<S*>(read));
    }

    // Tokens [t0, t0 + tokens) of y; pre is theirs. With a norm they are those of a wave at most.
    static void read_tokens(Shape s, const S* h, const float* pre, const Site& site, int64_t t0, int64_t tokens, S* y) {
        const int64_t n = s.streams, c = s.channels;
        const int threads = threads_for(tokens * n * c, VALUES_PER_THREAD);
        h += t0 * n * c, y += t0 * c;
        if (threads <= tokens) {
            parallel(tokens, threads, [&](int64_t from, int64_t to) {
                for (int64_t t = from; t < to; t++) {
                    read_token<S, N>(h + t * n * c, pre + t * n, site.norm, site.norm_eps, s.streams, c, y + t * c);
                }
            });
            return;
        }
        for_channels(tokens, c, threads, [&](int64_t t, int64_t first, int64_t last) {
            read_channels<S, N>(h + t * n * c + first, pre + t * n, s.streams, c, last - first, y + t * c + first,
                                [](Vec) {});
        });
        if (site.norm == nullptr) return;
        float inverse[WAVE * BLOCK];
        for (int64_t t = 0; t < tokens; t++) inverse[t] = inverse_root_of(y + t * c, c, site.norm_eps);
        for_channels(tokens, c, threads, [&](int64_t t, int64_t first, int64_t last) {
            normalize_channels(site.norm + first, inverse[t], last - first, y + t * c + first);
        });
    }

    static void write_tokens(Shape s, const S* f, const S* h, const float* post, const float* comb, S* out, int64_t t0,
                             int64_t tokens) {
        const int64_t n = s.streams, c = s.channels;
        for_channels(tokens, c, threads_for(tokens * n * c, VALUES_PER_THREAD),
                     [&](int64_t token, int64_t first, int64_t last) {
            const int64_t t = t0 + token, at = t * n * c + first;
            write_channels<S, N>(f + t * c + first, h + at, post + t * n, comb + t * n * n, s.streams, c, last - first,
                                 out + at);
        });
    }

    static void post(Shape s, const void* f, const void* h, const float* post, const float* comb, void* out) {
        write_tokens(s, static_cast<const S*>(f), static_cast<const S*>(h), post, comb, static_cast<S*>(out), 0,
                     s.tokens);
    }

    // The site's coefficients and read of streams that `before` may have written just now.
    template <class Before>
    static void read(Shape s, const S* h, const Site& site, Before before, S* y, float* post, float* comb) {
        const int n = s.streams, rows = 2 * n + n * n;
        for_projected_blocks(s, h, site.fn, rows, before, [&](int64_t block, int64_t blocks, Projected* projected) {
            float pre[WAVE * BLOCK * MAX_STREAMS];
            parallel(blocks, threads_for(blocks * BLOCK * rows * 64, VALUES_PER_THREAD), [&](int64_t from, int64_t to) {
                for (int64_t b = from; b < to; b++) {
                    const int64_t t0 = (block + b) * BLOCK;
                    const int tokens = tokens_of(s, block + b);
                    float* raw = projected[b].raw;
                    normalize(raw, rows, projected[b].squares, tokens, n * s.channels, site.norm_eps);
                    coefficients_of_block<N>(raw, site, n, tokens, pre + b * BLOCK * n, post + t0 * n,
                                             comb + t0 * n * n);
                }
            });
            read_tokens(s, h, pre, site, block * BLOCK, tokens_of(s, block, blocks), y);
        });
    }

    static void pre(Shape s, const void* h, const Site& site, void* y, float* post, float* comb) {
        read(s, static_cast<const S*>(h), site, [](int64_t, int64_t) {}, static_cast<S*>(y), post, comb);
    }

    static void post_pre(Shape s, const void* f, const void* h, const float* post, const float* comb, const Site& next,
                         void* out, void* y, float* next_post, float* next_comb) {
        auto write = [&](int64_t block, int64_t blocks) {
            write_tokens(s, static_cast<const S*>(f), static_cast<const S*>(h), post, comb, static_cast<S*>(out),
                         block * BLOCK, tokens_of(s, block, blocks));
        };
        read(s, static_cast<const S*>(out), next, write, static_cast<S*>(y), next_post, next_comb);
    }

    static void head(Shape s, const void* streams, const Site& site, void* read) {
        const S* h = static_cast<const S*>(streams);
        const int n = s.streams;
        Site merge = site;
        merge.norm = nullptr;
        for_projected_blocks(s, h, site.fn, n, [](int64_t, int64_t) {},
                             [&](int64_t block, int64_t blocks, Projected* projected) {
            float pre[WAVE * BLOCK * MAX_STREAMS];
            for (int64_t b = 0; b < blocks; b++) {
                const int tokens = tokens_of(s, block + b);
                normalize(projected[b].raw, n, projected[b].squares, tokens, n * s.channels, site.norm_eps);
                head_of_block(projected[b].raw, site, n, tokens, pre + b * BLOCK * n);
            }
            read_tokens(s, h, pre, merge, block * BLOCK, tokens_of(s, block, blocks), static_cast<S*>(read));
        });
    }
};

}  // namespace mhc::MHC_ISA
