// The projection of streams by fn on tensor cores, with the sum of squares in the same pass. fp32 factors are taken as
// sums of two tf32 ones (bf16 streams are tf32 already), so that only products below 2^-20 are dropped.
#pragma once
#include "sums.cuh"

namespace mhc::cuda {

constexpr int TOKENS = 16;             // of a warp
constexpr int STEPS = CHUNK / 8;       // instructions along a chunk
constexpr int ROW_STRIDE = CHUNK + 4;  // floats of a row of fn in shared memory, free of bank conflicts
constexpr int STAGES = 3;              // chunks of fn in shared memory, two of them under way

// What a warp multiplies: its tokens' values in one chunk of one stream. A lane has eight neighbouring channels of two
// tokens; as both factors are laid out alike, it does not matter that the instruction numbers them otherwise.
template <class S>
struct Streams16;

template <>
struct Streams16<Bf16> {
    uint32_t high[STEPS][4];
};

template <>
struct Streams16<float> {
    uint32_t high[STEPS][4], rest[STEPS][4];
};

MHC_DEVICE void lay_out(const Eight& upper, const Eight& lower, Streams16<Bf16>& a) {
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        a.high[i / 2][i % 2 * 2] = as_bits(upper.at[i]);
        a.high[i / 2][i % 2 * 2 + 1] = as_bits(lower.at[i]);
    }
}

MHC_DEVICE void lay_out(const Eight& upper, const Eight& lower, Streams16<float>& a) {
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        const int at = i % 2 * 2;
        a.high[i / 2][at] = tf32_high(upper.at[i]);
        a.rest[i / 2][at] = tf32_rest(upper.at[i], a.high[i / 2][at]);
        a.high[i / 2][at + 1] = tf32_high(lower.at[i]);
        a.rest[i / 2][at + 1] = tf32_rest(lower.at[i], a.high[i / 2][at + 1]);
    }
}

MHC_DEVICE void multiply_rest(float (&c)[4], const Streams16<Bf16>&, const uint32_t (&)[STEPS][2]) { (void)c; }
MHC_DEVICE void multiply_rest(float (&c)[4], const Streams16<float>& a, const uint32_t (&high)[STEPS][2]) {
    multiply(c, a.rest, high);
}

// products of eight rows of fn, of which a lane holds eight channels of one: (token g | g + 8, row 2q | 2q + 1)
template <class S>
MHC_DEVICE void multiply_rows(const Streams16<S>& a, const Eight& weights, float (&products)[4]) {
    uint32_t high[STEPS][2], rest[STEPS][2];
#pragma unroll
    for (int i = 0; i < LANE; i++) {
        high[i / 2][i % 2] = tf32_high(weights.at[i]);
        rest[i / 2][i % 2] = tf32_rest(weights.at[i], high[i / 2][i % 2]);
    }
    float main[4] = {}, fine[4] = {};
    multiply(fine, a.high, rest);
    multiply_rest(fine, a, high);
    multiply(main, a.high, high);
#pragma unroll
    for (int i = 0; i < 4; i++) products[i] = main[i] + fine[i];
}

// post and comb of the tokens of a warp in shared memory, each token's aligned to 16 bytes.
template <int N>
constexpr int MERGE = (N + N * N + 3) / 4 * 4;

// out[k] = post[k] * f + sum_j comb[j, k] * h[j]; `matrix` is comb's column k, matrix[j * step].
template <class S, int N>
MHC_DEVICE Eight mixed(const Raw<S>& f, const Raw<S> (&h)[N], int n, float post, const float* matrix, int step) {
    Eight sum = widen(f);
#pragma unroll
    for (int i = 0; i < LANE; i++) sum.at[i] *= post;
#pragma unroll
    for (int j = 0; j < N; j++) {
        if (j < n) {
            const Eight stream = widen(h[j]);
            const float factor = matrix[j * step];
#pragma unroll
            for (int i = 0; i < LANE; i++) sum.at[i] = fmaf(stream.at[i], factor, sum.at[i]);
        }
    }
    return sum;
}

struct Projection {
    const float* fn;  // [rows, n * channels]
    int32_t rows, n;
    int64_t channels;
    int64_t chunks;  // of all channels
    int64_t unit;    // chunks of a unit
    bool vectors;    // every row of streams and fn is aligned to 16 bytes, and eight divides the channels
    Sums sums;
};

// Streams that are read, or made from a sublayer's output and the streams before it, and then written.
template <class S>
struct Source {
    const S* h;
    const S* f;  // null where h is read as it is
    const float* post;
    const float* comb;
    S* out;
};

// Asks for rows [first, first + 8 TILES) of fn at one chunk of one stream. Rows and channels that are not there become
// zeros.
template <int TILES>
MHC_DEVICE void stage_weights(const Projection& p, int first, int64_t chunk, int stream, float* shared) {
    for (int item = threadIdx.x; item < TILES * 8 * (CHUNK / 4); item += blockDim.x) {
        const int row = item / (CHUNK / 4), column = item % (CHUNK / 4) * 4;
        const int64_t channel = chunk * CHUNK + column;
        const float* from = p.fn + ((first + row) * int64_t(p.n) + stream) * p.channels + channel;
        float* to = shared + row * ROW_STRIDE + column;
        const int64_t left = first + row < p.rows ? p.channels - channel : 0;
        if (p.vectors && left > 0) {
            copy_later<16>(to, from);
            continue;
        }
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (i < left) {
                copy_later<4>(to + i, from + i);
            } else {
                to[i] = 0;
            }
        }
    }
}

// Blocks: x tokens, y units, z every TILES * 8 rows of fn. A warp has 16 tokens. N > 0 makes the streams of n = N
// itself.
template <class S, int TILES, int N>
MHC_KERNEL(256) void project(Projection p, Source<S> source) {
    float* weights = reinterpret_cast<float*>(shared_memory());
    constexpr int STAGE = TILES * 8 * ROW_STRIDE;
    const int lane = threadIdx.x % 32, g = lane / 4, q = lane % 4, n = N > 0 ? N : p.n;
    const int64_t warp = int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
    const int64_t upper = warp * TOKENS + g, lower = upper + 8, tokens = p.sums.tokens, unit = blockIdx.y;
    const int first_tile = blockIdx.z * TILES;
    const bool busy = warp * TOKENS < tokens;
    const int64_t begin = unit * p.unit, end = begin + p.unit < p.chunks ? begin + p.unit : p.chunks;

    auto read = [&](const S* row, int64_t token, int64_t stream_count, int64_t stream, int64_t chunk) {
        const int64_t channel = chunk * CHUNK + q * LANE;
        const bool there = token < tokens && chunk < end;
        return load(row + (token * stream_count + stream) * p.channels + channel, there ? p.channels - channel : 0,
                    p.vectors);
    };
    int64_t asked_chunk = begin;
    int asked_stream = 0;
    auto ask = [&](int stage) {
        if (asked_chunk < end) {
            stage_weights<TILES>(p, first_tile * 8, asked_chunk, asked_stream, weights + stage * STAGE);
        }
        end_batch();
        if (++asked_stream == n) asked_stream = 0, asked_chunk++;
    };
    // Two steps ahead, as the weights.
    Raw<S> ahead[N > 0 ? 1 : 3][2];
    int64_t ahead_chunk = begin;
    int ahead_stream = 0;
    auto read_ahead = [&](Raw<S>(&pair)[2]) {
        pair[0] = read(source.h, upper, n, ahead_stream, ahead_chunk);
        pair[1] = read(source.h, lower, n, ahead_stream, ahead_chunk);
        if (++ahead_stream == n) ahead_stream = 0, ahead_chunk++;
    };

    float group[TILES][4] = {};
    float group_squares[2] = {};
    ask(0);
    ask(1);
    if constexpr (N == 0) {
        read_ahead(ahead[1]);
        read_ahead(ahead[2]);
    }
    [[maybe_unused]] float* merges = weights + STAGES * STAGE + threadIdx.x / 32 * (TOKENS * MERGE<N>);
    if constexpr (N > 0) {
        for (int item = lane; item < TOKENS * (N + N * N); item += 32) {
            const int t = item / (N + N * N), i = item % (N + N * N);
            const int64_t token = warp * TOKENS + t;
            if (token >= tokens) break;
            merges[t * MERGE<N> + i] = i < N ? source.post[token * N + i] : source.comb[token * N * N + i - N];
        }
        __syncthreads();
    }
    int stage = 0;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        float sum[TILES][4] = {};
        float sum_squares[2] = {};
        Raw<S> made[N > 0 ? N : 1][2];
        if constexpr (N > 0) {
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int64_t token = half == 0 ? upper : lower, channel = chunk * CHUNK + q * LANE;
                float merge[MERGE<N>];
#pragma unroll
                for (int i = 0; i < MERGE<N>; i += 4) {
                    const float4 part = *reinterpret_cast<const float4*>(merges + (g + 8 * half) * MERGE<N> + i);
                    merge[i] = part.x, merge[i + 1] = part.y, merge[i + 2] = part.z, merge[i + 3] = part.w;
                }
                Raw<S> h[N];
                const Raw<S> f = read(source.f, token, 1, 0, chunk);
#pragma unroll
                for (int j = 0; j < N; j++) h[j] = read(source.h, token, N, j, chunk);
#pragma unroll
                for (int k = 0; k < N; k++) {
                    narrow(mixed<S, N>(f, h, N, merge[k], merge + N + k, N), made[k][half]);
                    store(source.out + (token * N + k) * p.channels + channel,
                          token < tokens ? p.channels - channel : 0, p.vectors, made[k][half]);
                }
            }
        }
#pragma unroll(N > 0 ? N : 1)
        for (int s = 0; s < n; s++) {
            // The stage that is asked for now was read in the step before, which every warp has left.
            wait_for_batches<1>();
            __syncthreads();
            ask((stage + 2) % STAGES);
            Eight x, y;
            if constexpr (N > 0) {
                x = widen(made[s][0]), y = widen(made[s][1]);
            } else {
                for (int half = 0; half < 2; half++) ahead[0][half] = ahead[1][half], ahead[1][half] = ahead[2][half];
                x = widen(ahead[0][0]), y = widen(ahead[0][1]);
                read_ahead(ahead[2]);
            }
            if (busy) {
                Streams16<S> a;
                lay_out(x, y, a);
#pragma unroll
                for (int tile = 0; tile < TILES; tile++) {
                    const float* from = weights + stage * STAGE + (tile * 8 + g) * ROW_STRIDE + q * LANE;
                    float products[4];
                    multiply_rows(a, widen(load(from, LANE, true)), products);
#pragma unroll
                    for (int i = 0; i < 4; i++) sum[tile][i] += products[i];
                }
                sum_squares[0] += sum_of_lanes<4>(squares(x));
                sum_squares[1] += sum_of_lanes<4>(squares(y));
            }
            stage = (stage + 1) % STAGES;
        }
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) {
#pragma unroll
            for (int i = 0; i < 4; i++) group[tile][i] += sum[tile][i];
        }
        group_squares[0] += sum_squares[0];
        group_squares[1] += sum_squares[1];
    }
    wait_for_batches<0>();

#pragma unroll
    for (int half = 0; half < 2; half++) {
        const int64_t token = half == 0 ? upper : lower;
        if (token >= tokens) continue;
        float* out = p.sums.products + (unit * tokens + token) * p.sums.stride;
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) {
            const int row = (first_tile + tile) * 8 + 2 * q;
            if (row >= p.sums.stride) continue;
            *reinterpret_cast<float2*>(out + row) = {group[tile][2 * half], group[tile][2 * half + 1]};
        }
        if (q == 0 && first_tile == 0) p.sums.squares[unit * tokens + token] = group_squares[half];
    }
}

}  // namespace mhc::cuda
