// The projection of streams by fn on tensor cores, with the sum of squares in the same pass.
#pragma once
#include "weights.cuh"

namespace mhc::cuda {

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

// Streams that are read, or made from a sublayer's output and the streams before it, and then written.
template <class S>
struct Source {
    const S* h;
    const S* f;  // null where h is read as it is
    const float* post;
    const float* comb;
    S* out;
};

// A lane's part of a warp's 16 tokens: eight channels of a chunk of tokens g and g + 8.
struct Lanes {
    int g, q;
    int64_t token[2];
    bool there[2];
    uint32_t ones;  // for lay_out

    MHC_DEVICE explicit Lanes(int64_t tokens)
        : g(threadIdx.x % 32 / 4), q(threadIdx.x % 4), ones(tokens > 0 ? ~0u : 0) {
        const int64_t warp = int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            token[half] = warp * TOKENS + g + 8 * half;
            there[half] = token[half] < tokens;
        }
    }
};

// Reads streams as they are.
template <class S, bool VECTORS>
struct StreamReader {
    const S* first;  // of token g
    int64_t lower;   // from there to token g + 8's
    int channel;     // of a chunk

    // Instead of tokens that are not there it reads others, whose products are not written.
    MHC_DEVICE StreamReader(const Projection& p, const S* h, const Lanes& lanes)
        : lower(lanes.there[1] ? int64_t(8) * p.n * p.channels : 0), channel(lanes.q * LANE) {
        first = h + (lanes.there[0] ? lanes.token[0] : 0) * p.n * p.channels + channel;
    }

    // Zeros behind the end.
    MHC_DEVICE void read(const Steps& steps, Raw<S> (&tokens)[2]) const {
        const S* from = first + steps.offset;
        const int remaining = steps.end - steps.channel - channel;
        tokens[0] = load(from, remaining, VECTORS);
        tokens[1] = load(from + lower, remaining, VECTORS);
    }
};

// Makes the N streams of both halves of a warp's tokens in one chunk, and writes them. `merges` are this warp's.
template <class S, bool VECTORS, int N>
MHC_DEVICE void make_streams(const Projection& p, const Source<S>& source, const Lanes& lanes, const float* merges,
                             int chunk, Raw<S> (&made)[N][2]) {
    // Where registers hold them, all is read before the first write, behind which nothing is read early.
    constexpr int TOGETHER = sizeof(S) == 2 ? 2 : 1;
    const int channel = chunk * CHUNK + lanes.q * LANE;
    const int64_t channels = p.channels;
#pragma unroll
    for (int first = 0; first < 2; first += TOGETHER) {
        Raw<S> f[TOGETHER], h[TOGETHER][N];
        int remaining[TOGETHER];
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            const int64_t token = lanes.token[first + i];
            remaining[i] = lanes.there[first + i] ? p.channels - channel : 0;
            f[i] = load(source.f + token * channels + channel, remaining[i], VECTORS);
#pragma unroll
            for (int j = 0; j < N; j++) {
                h[i][j] = load(source.h + (token * N + j) * channels + channel, remaining[i], VECTORS);
            }
        }
#pragma unroll
        for (int i = 0; i < TOGETHER; i++) {
            const int half = first + i;
            float merge[MERGE<N>];
#pragma unroll
            for (int at = 0; at < MERGE<N>; at += 4) {
                const float4 part = *reinterpret_cast<const float4*>(merges + (lanes.g + 8 * half) * MERGE<N> + at);
                merge[at] = part.x, merge[at + 1] = part.y, merge[at + 2] = part.z, merge[at + 3] = part.w;
            }
#pragma unroll
            for (int k = 0; k < N; k++) {
                narrow(mixed<S, N>(f[i], h[i], N, merge[k], merge + N + k, N), made[k][half]);
                store(source.out + (lanes.token[half] * N + k) * channels + channel, remaining[i], VECTORS,
                      made[k][half]);
            }
        }
    }
}

// post and comb of a warp's tokens, [TOKENS][MERGE<N>].
template <class S, int N>
MHC_DEVICE void read_merges(const Source<S>& source, int64_t first, int64_t tokens, float* merges) {
    for (int item = threadIdx.x % 32; item < TOKENS * (N + N * N); item += 32) {
        const int t = item / (N + N * N), i = item % (N + N * N);
        const int64_t token = first + t;
        if (token >= tokens) break;
        merges[t * MERGE<N> + i] = i < N ? source.post[token * N + i] : source.comb[token * N * N + i - N];
    }
}

// A lane's sums: of a chunk's streams so far, and of the unit's chunks.
template <int TILES>
struct UnitSums {
    float chunk[TILES][4] = {}, unit[TILES][4] = {};
    float chunk_squares[2] = {}, unit_squares[2] = {};

    template <class S, class Ring>
    MHC_DEVICE void add(const Raw<S> (&tokens)[2], const Lanes& lanes, const Ring& ring, int stage) {
        const int lane = threadIdx.x % 32;
        Streams16<S> a;
        lay_out(tokens, lanes.ones, a);
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) {
            Rows8<S> rows;
            float products[4];
            ring.read(stage, tile, lane, rows);
            multiply_rows(a, rows, products);
#pragma unroll
            for (int i = 0; i < 4; i++) chunk[tile][i] += products[i];
        }
        float squares[2];
        squares_of_tokens(tokens, a, lane, squares);
        chunk_squares[0] += squares[0];
        chunk_squares[1] += squares[1];
    }

    MHC_DEVICE void end_chunk() {
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) {
#pragma unroll
            for (int i = 0; i < 4; i++) unit[tile][i] += chunk[tile][i], chunk[tile][i] = 0;
        }
#pragma unroll
        for (int half = 0; half < 2; half++) unit_squares[half] += chunk_squares[half], chunk_squares[half] = 0;
    }

    MHC_DEVICE void write(const Sums& sums, int64_t number, const Lanes& lanes, int first_tile) const {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            if (!lanes.there[half]) continue;
            float* out = sums.products + (number * sums.tokens + lanes.token[half]) * sums.stride;
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
                const int row = (first_tile + tile) * 8 + 2 * lanes.q;
                if (row >= sums.stride) continue;
                *reinterpret_cast<float2*>(out + row) = {unit[tile][2 * half], unit[tile][2 * half + 1]};
            }
            if (has_squares(threadIdx.x % 32) && first_tile == 0) {
                sums.squares[number * sums.tokens + lanes.token[half]] = unit_squares[half];
            }
        }
    }
};

// Blocks: x tokens, y units, z every TILES * 8 rows of fn. A warp has 16 tokens. N > 0 makes the streams of n = N
// itself. Two blocks for a multiprocessor where registers suffice, as one leaves its memory idle while it multiplies.
template <class S, bool VECTORS, int TILES, int N>
MHC_KERNEL(256, (VECTORS && sizeof(S) == 2 && TILES <= 4 ? 2 : 1)) void project(Projection p, Source<S> source) {
    float* memory = reinterpret_cast<float*>(shared_memory());
    const int64_t tokens = p.sums.tokens;
    const int unit = blockIdx.y, begin = unit * p.unit, end = begin + p.unit < p.chunks ? begin + p.unit : p.chunks;
    const int64_t first = (int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32) * TOKENS;
    const int first_tile = blockIdx.z * TILES, n = N > 0 ? N : p.n;
    const bool busy = first < tokens;
    const Lanes lanes(tokens);
    Steps steps(p, n, begin, end);
    WeightRing<S, TILES, VECTORS> ring(p, memory, first_tile * 8, steps);
    UnitSums<TILES> sums;
    auto step = [&](const Raw<S>(&tokens)[2]) {
        const int stage = ring.next(steps);
        if (busy) sums.add(tokens, lanes, ring, stage);
    };
    if constexpr (N > 0) {
        steps.advance();
        steps.advance();
        float* merges = memory + ring.SIZE + threadIdx.x / 32 * (TOKENS * MERGE<N>);
        read_merges<S, N>(source, first, tokens, merges);
        __syncthreads();
        for (int chunk = begin; chunk < end; chunk++) {
            Raw<S> made[N][2];
            make_streams<S, VECTORS, N>(p, source, lanes, merges, chunk, made);
#pragma unroll
            for (int s = 0; s < N; s++) {
                step(made[s]);
                steps.advance();
            }
            sums.end_chunk();
        }
    } else {
        const StreamReader<S, VECTORS> reader(p, source.h, lanes);
        int stream = 0;
        auto step_and_read = [&](Raw<S>(&tokens)[2]) {
            step(tokens);
            reader.read(steps, tokens);
            steps.advance();
            if (++stream == n) stream = 0, sums.end_chunk();
        };
        // Two steps have registers of their own: to move what is under way would wait for it.
        Raw<S> even[2], odd[2];
        reader.read(steps, even);
        steps.advance();
        reader.read(steps, odd);
        steps.advance();
        for (int remaining = (end - begin) * n; remaining > 0; remaining -= 2) {
            step_and_read(even);
            if (remaining > 1) step_and_read(odd);
        }
    }
    wait_for_batches<0>();
    sums.write(p.sums, unit, lanes, first_tile);
}

}  // namespace mhc::cuda
