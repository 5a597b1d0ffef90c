// A whole boundary for few tokens in one launch: the streams after a site (unless they are given), their projection,
// and the next read. Blocks share out the chunks of channels and keep their part of the streams in shared memory; what
// they must tell each other goes through partial sums and a barrier of the whole grid. The sums are those of the
// kernels for many tokens.
#pragma once
#include "streams.cuh"

namespace mhc::cuda {

constexpr int ONE_LAUNCH_TOKENS = 32;

template <int N>
constexpr int TILES_OF = (2 * N + N * N + 7) / 8;

template <int N>
constexpr int SITE_WARPS = N > 4 ? N : 4;

// Shared memory of a block, in floats; `passes` is how many chunks it has at most.
template <class S, int N>
struct SiteLayout {
    static constexpr int STRIDE = TILES_OF<N> * 8;
    int streams, weights, totals, stage, all;

    MHC_ANYWHERE SiteLayout(int tokens, int passes) {
        const int quads = (N + 3) / 4, read = 4 * quads + 1;
        // A worker gathers the read weights of all tokens, the others all coefficients of one.
        const int total = tokens * read > STRIDE + 1 ? tokens * read : STRIDE + 1;
        const int exchange = N * TOKENS * (STRIDE + 1);
        streams = 0;
        weights = passes * tokens * N * CHUNK * int(sizeof(S)) / 4;
        totals = weights + tokens * N;
        stage = (totals + total + 3) / 4 * 4;
        all = stage + (STAGED * total > exchange ? STAGED * total : exchange);
    }
};

template <class S>
struct SiteCall {
    Source<S> source;  // out null where there is nothing to make
    Site site;
    Sums sums;            // of chunks
    float* norm_squares;  // [chunks, T] of y, where there is a norm
    int64_t channels;
    int32_t workers;  // blocks that have chunks; the others have tokens
    bool vectors;
    S* y;
    float* post;
    float* comb;
};

// One chunk's streams, kept in shared memory and multiplied: warp k has stream k of 16 tokens.
template <class S, int N>
MHC_DEVICE void make_and_project(const SiteCall<S>& call, int64_t chunk, S* kept, float* stage) {
    constexpr int STRIDE = SiteLayout<S, N>::STRIDE;
    const int warp = threadIdx.x / 32, g = threadIdx.x % 32 / 4, q = threadIdx.x % 4;
    const int tokens = int(call.sums.tokens);
    const int64_t channel = chunk * CHUNK + q * LANE, remaining = call.channels - channel, length = N * call.channels;
    auto read_weights = [&](int tile) {
        const int row = tile * 8 + g;
        return load(call.site.fn + row * length + warp * call.channels + channel, row < 2 * N + N * N ? remaining : 0,
                    call.vectors);
    };
    // Under way before the streams, which have less to read; of more rows registers would hold too few.
    constexpr bool EARLY = TILES_OF<N> <= 3;
    [[maybe_unused]] Raw<float> early[EARLY ? TILES_OF<N> : 1];
    if constexpr (EARLY) {
#pragma unroll
        for (int tile = 0; tile < TILES_OF<N> && warp < N; tile++) early[tile] = read_weights(tile);
    }
    for (int from = 0; from < tokens; from += TOKENS) {
        Raw<S> made[2];
        if (warp < N) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int token = from + g + 8 * half;
                const int64_t there = token < tokens ? remaining : 0;
                Raw<S>& raw = made[half];
                if (call.source.f != nullptr) {
                    const int64_t known = token < tokens ? token : 0;
                    const Raw<S> f = load(call.source.f + token * call.channels + channel, there, call.vectors);
                    Raw<S> h[N];
#pragma unroll
                    for (int j = 0; j < N; j++) {
                        h[j] = load(call.source.h + (int64_t(token) * N + j) * call.channels + channel, there,
                                    call.vectors);
                    }
                    const float* column = call.source.comb + known * N * N + warp;
                    narrow(mixed<S, N>(f, h, N, call.source.post[known * N + warp], column, N), raw);
                } else {
                    raw = load(call.source.h + (int64_t(token) * N + warp) * call.channels + channel, there,
                               call.vectors);
                }
            }
        }
        // The new streams may take the place of those before, which every warp reads.
        if (call.source.f != nullptr) __syncthreads();
        if (warp < N) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int token = from + g + 8 * half;
                if (token >= tokens) continue;
                keep(kept + (token * N + warp) * CHUNK + q * LANE, made[half]);
                if (call.source.f == nullptr) continue;
                store(call.source.out + (int64_t(token) * N + warp) * call.channels + channel, remaining, call.vectors,
                      made[half]);
            }
            Streams16<S> a;
            lay_out(made, tokens > 0 ? ~0u : 0, a);
            float* mine = stage + (warp * TOKENS + g) * STRIDE + 2 * q;
#pragma unroll
            for (int tile = 0; tile < TILES_OF<N>; tile++) {
                Raw<float> weights;
                if constexpr (EARLY) {
                    weights = early[tile];
                } else {
                    weights = read_weights(tile);
                }
                Rows8<S> rows;
                float products[4];
                lay_out(weights, rows);
                multiply_rows(a, rows, products);
                *reinterpret_cast<float2*>(mine + tile * 8) = {products[0], products[1]};
                *reinterpret_cast<float2*>(mine + 8 * STRIDE + tile * 8) = {products[2], products[3]};
            }
            float squares[2];
            squares_of_tokens(made, a, threadIdx.x % 32, squares);
            if (has_squares(threadIdx.x % 32)) {
                float* square = stage + N * TOKENS * STRIDE + warp * TOKENS + g;
                square[0] = squares[0];
                square[8] = squares[1];
            }
        }
        __syncthreads();
        const int count = tokens - from < TOKENS ? tokens - from : TOKENS;
        for (int item = threadIdx.x; item < count * (STRIDE + 1); item += blockDim.x) {
            const int t = item / (STRIDE + 1), row = item % (STRIDE + 1);
            float sum = 0;
#pragma unroll
            for (int k = 0; k < N; k++) {
                sum +=
                    row < STRIDE ? stage[(k * TOKENS + t) * STRIDE + row] : stage[N * TOKENS * STRIDE + k * TOKENS + t];
            }
            const int64_t at = chunk * tokens + from + t;
            if (row < STRIDE) {
                call.sums.products[at * STRIDE + row] = sum;
            } else {
                call.sums.squares[at] = sum;
            }
        }
        __syncthreads();
    }
}

// The sum of squares of a token's whole y, in the order of read_streams; a warp calls it, each lane reading the chunks
// of a group.
MHC_DEVICE float sum_of_chunks(const float* squares, int64_t chunks, int64_t tokens, int64_t token) {
    float total = 0;
    for (int64_t first = 0; first < chunks; first += 32 * GROUP) {
        const int64_t group = first + threadIdx.x % 32 * GROUP;
        float part[GROUP];
#pragma unroll
        for (int i = 0; i < GROUP; i++) {
            part[i] = group + i < chunks ? __ldcg(squares + (group + i) * tokens + token) : 0;
        }
        // The tree of sum_of_lanes.
        const float sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
        const int64_t groups = (chunks - first + GROUP - 1) / GROUP;
        for (int lane = 0; lane < 32 && lane < groups; lane++) total += __shfl_sync(EVERY_LANE, sum, lane);
    }
    return total;
}

// post and comb of a block's tokens.
template <class S, int N>
MHC_DEVICE void coefficients_of_block(const SiteCall<S>& call, float* totals, float* stage) {
    constexpr int QUADS = TILES_OF<N> * 2;
    const int64_t step = gridDim.x - call.workers;
    for (int64_t token = blockIdx.x - call.workers; token < call.sums.tokens; token += step) {
        gather(call.sums, token, 1, QUADS, stage, totals);
        const float inverse = inverse_root(totals[4 * QUADS], N * call.channels, call.site.norm_eps);
        for (int row = threadIdx.x; row < 4 * QUADS; row += blockDim.x) totals[row] *= inverse;
        __syncthreads();
        // The next token's totals are written behind a barrier of their own.
        if (threadIdx.x < 32) {
            coefficients_of_token<N>(totals, call.site, N, token, threadIdx.x < N, nullptr, call.post, call.comb);
        }
    }
}

// A cooperative launch of call.workers blocks with chunks and some more with tokens. Asked for one block of a
// multiprocessor, nvcc gives a thread the registers that it needs; by its own choice it spills some.
template <class S, int N>
MHC_KERNEL(32 * SITE_WARPS<N>, 1) void boundary(SiteCall<S> call) {
    const int tokens = int(call.sums.tokens), lane = threadIdx.x % 32;
    const int64_t chunks = call.sums.units;
    const bool worker = int(blockIdx.x) < call.workers;
    const SiteLayout<S, N> layout(tokens, int((chunks + call.workers - 1) / call.workers));
    float* memory = reinterpret_cast<float*>(shared_memory());
    S* kept = reinterpret_cast<S*>(memory + layout.streams);
    float *weights = memory + layout.weights, *totals = memory + layout.totals, *stage = memory + layout.stage;
    const int chunk_values = tokens * N * CHUNK;

    if (worker) {
        int64_t pass = 0;
        for (int64_t chunk = blockIdx.x; chunk < chunks; chunk += call.workers, pass++) {
            make_and_project<S, N>(call, chunk, kept + pass * chunk_values, stage);
        }
    }
    grid_barrier();
    if (!worker) {
        // Sinkhorn takes longer than the read, whose second barrier does not wait for it.
        Arrival arrival{};
        if (call.site.norm != nullptr) arrival = arrive_at_grid_barrier();
        coefficients_of_block<S, N>(call, totals, stage);
        if (call.site.norm != nullptr) wait_at_grid_barrier(arrival);
        return;
    }
    // Four lanes have a token's chunk; whole warps go round together.
    auto each = [&](auto body) {
        int64_t pass = 0;
        for (int64_t chunk = blockIdx.x; chunk < chunks; chunk += call.workers, pass++) {
            for (int item = threadIdx.x; item - lane < tokens * 4; item += blockDim.x) {
                body(chunk, pass, item / 4, chunk * CHUNK + item % 4 * LANE);
            }
        }
    };
    constexpr int QUADS = (N + 3) / 4;
    gather(call.sums, 0, tokens, QUADS, stage, totals);
    for (int item = threadIdx.x; item < tokens * N; item += blockDim.x) {
        const float* total = totals + item / N * values_of(QUADS);
        const float mix = total[item % N] * inverse_root(total[4 * QUADS], N * call.channels, call.site.norm_eps);
        weights[item] = read_weight(mix, call.site.scale[0], call.site.base[item % N], call.site.hc_eps);
    }
    __syncthreads();
    each([&](int64_t chunk, int64_t pass, int token, int64_t channel) {
        const int64_t remaining = token < tokens ? call.channels - channel : 0;
        Raw<S> raw = {};
        if (remaining > 0) {
            const S* h = kept + pass * chunk_values + token * N * CHUNK + channel % CHUNK;
            narrow(weighted<S, N>(h, CHUNK, LANE, true, weights + token * N, N), raw);
            store(call.y + token * call.channels + channel, remaining, call.vectors, raw);
        }
        if (call.site.norm == nullptr) return;
        const float sum = sum_of_lanes<4>(squares(widen(raw)));
        if (lane % 4 == 0 && token < tokens) call.norm_squares[chunk * tokens + token] = sum;
    });
    if (call.site.norm == nullptr) return;
    grid_barrier();
    for (int token = threadIdx.x / 32; token < tokens; token += SITE_WARPS<N>) {
        const float square = sum_of_chunks(call.norm_squares, chunks, tokens, token);
        if (lane == 0) weights[token] = inverse_root(square, call.channels, call.site.norm_eps);
    }
    __syncthreads();
    each([&](int64_t, int64_t, int token, int64_t channel) {
        if (token >= tokens || channel >= call.channels) return;
        normalize(call.y + token * call.channels + channel, call.site.norm + channel, call.channels - channel,
                  call.vectors, weights[token]);
    });
}

}  // namespace mhc::cuda
