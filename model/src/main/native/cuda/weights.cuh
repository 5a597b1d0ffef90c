// The weights of a block's steps, each eight rows of fn by TILES at one chunk of one stream, on their way through
// shared memory: fp32 as they are, and for bf16 streams in three bf16 parts, split once for all warps of the block. All
// threads of a block call what is here.
#pragma once
#include "fragments.cuh"

namespace mhc::cuda {

// What is projected, and how its sums are shared out.
struct Projection {
    const float* fn;  // [rows, n * channels]
    int32_t rows, n;
    int32_t channels;
    int32_t chunks;  // of all channels
    int32_t unit;    // chunks of a unit
    Sums sums;
};

// Where a unit's steps are: stream by stream of a chunk, and then chunk by chunk.
struct Steps {
    int channels, n;
    int channel, end;  // the chunk's first, and where the unit's or all channels end
    int offset, stream = 0;

    MHC_DEVICE Steps(const Projection& p, int n, int begin, int end)
        : channels(p.channels), n(n), channel(begin * CHUNK),
          end(end * CHUNK < p.channels ? end * CHUNK : p.channels), offset(channel) {}

    MHC_DEVICE void advance() {
        offset += channels;
        if (++stream < n) return;
        stream = 0;
        channel += CHUNK;
        offset = channel;
    }
};

// A thread's part of fn: four channels of every rows_at_once-th row, copied into rows that are STRIDE floats apart.
template <int TILES, bool VECTORS, int STRIDE>
struct WeightCopies {
    static constexpr int ROWS = TILES * 8, QUADS = CHUNK / 4;

    const float* first;  // of its first row
    int64_t pitch;       // of a row of fn
    int rows_remaining, rows_at_once;

    MHC_DEVICE WeightCopies(const Projection& p, int first_row)
        : pitch(int64_t(p.n) * p.channels), rows_remaining(p.rows - first_row), rows_at_once(blockDim.x / QUADS) {
        first = p.fn + (first_row + int(threadIdx.x / QUADS)) * pitch + threadIdx.x % QUADS * 4;
    }

    // Requests a step; calls before(place) for each place in it. Rows and channels that are not there become zeros.
    template <class Before>
    MHC_DEVICE void request(const Steps& steps, float* stage, Before before) const {
        const float* row = first + steps.offset;
        const int remaining = steps.end - steps.channel - int(threadIdx.x % QUADS * 4);
        unsigned place = threadIdx.x / QUADS * STRIDE + threadIdx.x % QUADS * 4;
        for (int r = threadIdx.x / QUADS; r < ROWS; r += rows_at_once) {
            before(place);
            copy(row, stage + place, r < rows_remaining ? remaining : 0);
            row += rows_at_once * pitch;
            place += rows_at_once * STRIDE;
        }
        end_batch();
    }
    MHC_DEVICE void request(const Steps& steps, float* stage) const {
        request(steps, stage, [](unsigned) {});
    }

private:
    MHC_DEVICE void copy(const float* from, float* to, int remaining) const {
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

// What a block multiplies next. A new ring requests the first two steps from `steps` on, and next(steps) the third and
// so forth.
template <class S, int TILES, bool VECTORS>
struct WeightRing;

// Three stages, of which two are under way. Their rows are four floats longer than a chunk, free of bank conflicts.
template <int TILES, bool VECTORS>
struct WeightRing<float, TILES, VECTORS> {
    static constexpr int STRIDE = CHUNK + 4, STAGE = TILES * 8 * STRIDE, STAGES = 3, SIZE = STAGES * STAGE;

    WeightCopies<TILES, VECTORS, STRIDE> copies;
    float* memory;
    int oldest = 0;

    MHC_DEVICE WeightRing(const Projection& p, float* memory, int first_row, Steps steps)
        : copies(p, first_row), memory(memory) {
        copies.request(steps, memory);
        steps.advance();
        copies.request(steps, memory + STAGE);
    }

    // The next step's stage. What is requested now comes where the step before was read, which every warp has left.
    MHC_DEVICE int next(const Steps& steps) {
        wait_for_batches<1>();
        __syncthreads();
        copies.request(steps, memory + (oldest == 0 ? 2 : oldest - 1) * STAGE);
        const int stage = oldest;
        oldest = stage == STAGES - 1 ? 0 : stage + 1;
        return stage * STAGE;
    }

    MHC_DEVICE void read(int stage, int tile, int lane, Rows8<float>& rows) const {
        rows.weights = load(memory + stage + (tile * 8 + lane / 4) * STRIDE + lane % 4 * LANE, LANE, true);
    }
};

// A thread copies its weights to a place of its own, and splits them into one of two stages while the other is read.
// Split by the warps, each for itself, they would cost more than they save.
template <int TILES, bool VECTORS>
struct WeightRing<Bf16, TILES, VECTORS> {
    // Words of a part: two values each.
    static constexpr int COPY = TILES * 8 * CHUNK, PART = COPY / 2, STAGE = BF16_PARTS * PART, SIZE = COPY + 2 * STAGE;

    WeightCopies<TILES, VECTORS, CHUNK> copies;
    float* memory;
    int stage = 0;  // of the next step

    MHC_DEVICE WeightRing(const Projection& p, float* memory, int first_row, Steps steps)
        : copies(p, first_row), memory(memory) {
        copies.request(steps, memory);
        steps.advance();
        split(steps);
    }

    // The next step's stage. The step after it is split to where the one before was read, which every warp has left.
    MHC_DEVICE int next(const Steps& steps) {
        const int current = stage;
        stage ^= STAGE;
        __syncthreads();
        split(steps);
        return current;
    }

    MHC_DEVICE void read(int stage, int tile, int lane, Rows8<Bf16>& rows) const {
        const float* place = memory + COPY + stage + (tile * 32 + lane) * 4;
#pragma unroll
        for (int p = 0; p < BF16_PARTS; p++) rows.part[p] = *reinterpret_cast<const uint4*>(place + p * PART);
    }

private:
    // Splits what this thread has copied, to make way for what it requests.
    MHC_DEVICE void split(const Steps& requested) {
        wait_for_batches<0>();
        copies.request(requested, memory, [&](unsigned place) {
            const float4 weights = *reinterpret_cast<const float4*>(memory + place);
            uint32_t first[BF16_PARTS], second[BF16_PARTS];
            split_in_bf16(weights.x, weights.y, first);
            split_in_bf16(weights.z, weights.w, second);
            float* to = memory + COPY + stage + place / 2;
#pragma unroll
            for (int p = 0; p < BF16_PARTS; p++) {
                *reinterpret_cast<uint2*>(to + p * PART) = {first[p], second[p]};
            }
        });
    }
};

}  // namespace mhc::cuda
