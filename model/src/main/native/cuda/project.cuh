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
    // The small ones first.
#pragma unroll
    for (int i = 0; i < 4; i++) products[i] = 0;
    multiply(products, a.high, rest);
    multiply_rest(products, a, high);
    multiply(products, a.high, high);
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

// What is projected, and how its sums are shared out.
struct Projection {
    const float* fn;  // [rows, n * channels]
    int32_t rows, n;
    int32_t channels;
    int32_t chunks;  // of all channels
    int32_t unit;    // chunks of a unit
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

// The weights of one step, eight rows of fn by TILES at one chunk of one stream, in shared memory: a ring of STAGES, of
// which two are under way. All threads of a block call its functions.
template <int TILES, bool VECTORS>
struct WeightRing {
    static constexpr int STAGE = TILES * 8 * ROW_STRIDE, QUADS = CHUNK / 4;

    float* shared;     // where this thread's first four channels go
    const float* row;  // of its first row of fn
    int64_t stride;    // of a row of fn
    int rows_remaining, rows_at_once;
    int channels, n;
    int channel, end;  // of the next request
    int offset, stream = 0, oldest = 0;

    MHC_DEVICE WeightRing(const Projection& p, float* memory, int first_row, int n, int begin, int end)
        : stride(int64_t(p.n) * p.channels), rows_at_once(blockDim.x / QUADS), channels(p.channels), n(n),
          channel(begin * CHUNK + threadIdx.x % QUADS * 4), end(end * CHUNK), offset(channel) {
        const int first = threadIdx.x / QUADS;
        shared = memory + first * ROW_STRIDE + threadIdx.x % QUADS * 4;
        row = p.fn + (first_row + first) * stride;
        rows_remaining = p.rows - first_row;
    }

    // Requests the next step into a stage. Rows and channels that are not there become zeros.
    MHC_DEVICE void request(int stage) {
        if (channel < end) {
            const float* from = row + offset;
            float* to = shared + stage * STAGE;
            for (int r = threadIdx.x / QUADS; r < TILES * 8; r += rows_at_once) {
                copy(from, to, r < rows_remaining ? channels - channel : 0);
                from += rows_at_once * stride;
                to += rows_at_once * ROW_STRIDE;
            }
        }
        end_batch();
        offset += channels;
        if (++stream < n) return;
        stream = 0;
        channel += CHUNK;
        offset = channel;
    }

    MHC_DEVICE void start() {
        request(0);
        request(1);
    }

    // This step's weights. The stage that is requested now was read in the step before, which every warp has left.
    MHC_DEVICE int next() {
        wait_for_batches<1>();
        __syncthreads();
        request(oldest == 0 ? 2 : oldest - 1);
        const int stage = oldest;
        oldest = stage == STAGES - 1 ? 0 : stage + 1;
        return stage * STAGE;
    }

private:
    MHC_DEVICE void copy(const float* from, float* to, int remaining) {
        if (VECTORS && remaining > 0) {
            copy_later<16>(to, from);
            return;
        }
#pragma unroll
        for (int i = 0; i < 4; i++) {
            if (!VECTORS && i < remaining) {
                copy_later<4>(to + i, from + i);
            } else {
                to[i] = 0;
            }
        }
    }
};

// A lane's part of a warp's 16 tokens: eight channels of a chunk of tokens g and g + 8.
struct Lanes {
    int g, q;
    int64_t token[2];
    bool there[2];

    MHC_DEVICE explicit Lanes(int64_t tokens) : g(threadIdx.x % 32 / 4), q(threadIdx.x % 4) {
        const int64_t warp = int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            token[half] = warp * TOKENS + g + 8 * half;
            there[half] = token[half] < tokens;
        }
    }
};

// Reads streams as they are, stream by stream and then chunk by chunk.
template <class S, bool VECTORS>
struct StreamReader {
    const S* row[2];  // a token's first stream
    bool there[2];
    int channels, n;
    int channel, end;
    int offset, stream = 0;

    MHC_DEVICE StreamReader(const Projection& p, const S* h, const Lanes& lanes, int begin, int end)
        : row{h + lanes.token[0] * p.n * p.channels, h + lanes.token[1] * p.n * p.channels},
          there{lanes.there[0], lanes.there[1]}, channels(p.channels), n(p.n), channel(begin * CHUNK + lanes.q * LANE),
          end(end * CHUNK), offset(channel) {}

    // Zeros behind the end.
    MHC_DEVICE void next(Raw<S> (&pair)[2]) {
        const int remaining = channel < end ? channels - channel : 0;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            pair[half] = load(row[half] + offset, there[half] ? remaining : 0, VECTORS);
        }
        offset += channels;
        if (++stream < n) return;
        stream = 0;
        channel += CHUNK;
        offset = channel;
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

    template <class S>
    MHC_DEVICE void add(const Eight& upper, const Eight& lower, const float* weights, const Lanes& lanes) {
        Streams16<S> a;
        lay_out(upper, lower, a);
#pragma unroll
        for (int tile = 0; tile < TILES; tile++) {
            float products[4];
            const float* from = weights + (tile * 8 + lanes.g) * ROW_STRIDE + lanes.q * LANE;
            multiply_rows(a, widen(load(from, LANE, true)), products);
#pragma unroll
            for (int i = 0; i < 4; i++) chunk[tile][i] += products[i];
        }
        chunk_squares[0] += sum_of_lanes<4>(squares(upper));
        chunk_squares[1] += sum_of_lanes<4>(squares(lower));
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
            if (lanes.q == 0 && first_tile == 0) {
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
    WeightRing<TILES, VECTORS> ring(p, memory, first_tile * 8, n, begin, end);
    UnitSums<TILES> sums;
    ring.start();
    if constexpr (N > 0) {
        float* merges = memory + STAGES * ring.STAGE + threadIdx.x / 32 * (TOKENS * MERGE<N>);
        read_merges<S, N>(source, first, tokens, merges);
        __syncthreads();
        for (int chunk = begin; chunk < end; chunk++) {
            Raw<S> made[N][2];
            make_streams<S, VECTORS, N>(p, source, lanes, merges, chunk, made);
#pragma unroll
            for (int s = 0; s < N; s++) {
                const float* weights = memory + ring.next();
                if (busy) sums.template add<S>(widen(made[s][0]), widen(made[s][1]), weights, lanes);
            }
            sums.end_chunk();
        }
    } else {
        StreamReader<S, VECTORS> reader(p, source.h, lanes, begin, end);
        int stream = 0;
        auto step = [&](Raw<S>(&pair)[2]) {
            const float* weights = memory + ring.next();
            if (busy) sums.template add<S>(widen(pair[0]), widen(pair[1]), weights, lanes);
            reader.next(pair);
            if (++stream == n) stream = 0, sums.end_chunk();
        };
        // Two steps have registers of their own: to move what is under way would wait for it.
        Raw<S> even[2], odd[2];
        reader.next(even);
        reader.next(odd);
        for (int remaining = (end - begin) * n; remaining > 0; remaining -= 2) {
            step(even);
            if (remaining > 1) step(odd);
        }
    }
    wait_for_batches<0>();
    sums.write(p.sums, unit, lanes, first_tile);
}

}  // namespace mhc::cuda
