// Compiled once per instruction set, as isa.cpp.
#include "rows.h"
#include "team.h"
#include "vector.h"

namespace mhc::MHC_ISA {
namespace {

// Numbers for which another thread is worth waking.
constexpr int64_t PER_THREAD = 1 << 14;

template <class Body>
void spread(int64_t jobs, int64_t numbers, Body body) {
    parallel(jobs, team_for(jobs * numbers, PER_THREAD), body);
}

// 1 / rms of the numbers that `at` gives. Four sums, added in a fixed order.
template <class At>
inline float reciprocal_rms(int64_t width, float eps, At at) {
    Vec sums[4] = {};
    int next = 0;
    sweep(width, [&](int64_t i, auto part) {
        const Vec v = at(i, part);
        sums[next] = multiply_add(v, v, sums[next]);
        next = (next + 1) % 4;
    });
    return 1.0f / std::sqrt(sum((sums[0] + sums[1]) + (sums[2] + sums[3])) / float(width) + eps);
}

template <class S>
struct Of {
    static void norm(Rows rows, const void* x, const float* weight, float eps, void* y) {
        spread(rows.count, rows.width, [&](int64_t from, int64_t to) {
            for (int64_t row = from; row < to; row++) {
                const S* in = static_cast<const S*>(x) + row * rows.width;
                write(rows.width, in, weight, eps, static_cast<S*>(y) + row * rows.width);
            }
        });
    }

    static void add_norm(Rows rows, void* h, const void* f, const float* weight, float eps, void* y) {
        spread(rows.count, rows.width, [&](int64_t from, int64_t to) {
            for (int64_t row = from; row < to; row++) {
                S* sum = static_cast<S*>(h) + row * rows.width;
                const S* more = static_cast<const S*>(f) + row * rows.width;
                sweep(rows.width, [&](int64_t i, auto part) {
                    store(sum + i, load(sum + i, part) + load(more + i, part), part);
                });
                write(rows.width, sum, weight, eps, static_cast<S*>(y) + row * rows.width);
            }
        });
    }

    static void write(int64_t width, const S* x, const float* weight, float eps, S* y) {
        const Vec scale =
            splat<Vec>(reciprocal_rms(width, eps, [&](int64_t i, auto part) { return load(x + i, part); }));
        sweep(width, [&](int64_t i, auto part) {
            store(y + i, load(weight + i, part) * (load(x + i, part) * scale), part);
        });
    }

    static void gate(int64_t count, void* gate, const void* up) {
        S* const g = static_cast<S*>(gate);
        const S* const u = static_cast<const S*>(up);
        // Whole vectors but for the last one.
        spread((count + LANES - 1) / LANES, LANES, [&](int64_t from, int64_t to) {
            const int64_t first = from * LANES, end = to * LANES < count ? to * LANES : count;
            sweep(end - first, [&](int64_t i, auto part) {
                const Vec x = load(g + first + i, part);
                const Vec silu = as_stored(g, x * sigmoid<LANES>(x));
                store(g + first + i, silu * load(u + first + i, part), part);
            });
        });
    }

    static void rotate(Heads x, void* numbers, const float* cos, const float* sin, float scale) {
        const int64_t half = x.width / 2;
        const Vec scales = splat<Vec>(scale);
        spread(x.tokens, x.heads * x.width, [&](int64_t from, int64_t to) {
            for (int64_t token = from; token < to; token++) {
                const float *c = cos + token * x.width, *s = sin + token * x.width;
                for (int64_t head = 0; head < x.heads; head++) {
                    S* row = static_cast<S*>(numbers) + head * x.head_stride + token * x.token_stride;
                    sweep(half, [&](int64_t i, auto part) {
                        const Vec a = load(row + i, part), b = load(row + half + i, part);
                        const Vec first = multiply_add(a, load(c + i, part), -(b * load(s + i, part)));
                        const Vec second = multiply_add(b, load(c + half + i, part), a * load(s + half + i, part));
                        store(row + i, first * scales, part);
                        store(row + half + i, second * scales, part);
                    });
                }
            }
        });
    }
};

template <class S>
constexpr RowOperations OPERATIONS{Of<S>::norm, Of<S>::add_norm, Of<S>::gate, Of<S>::rotate};

}  // namespace

const RowOperations& row_operations(Dtype dtype) { return dtype == Dtype::F32 ? OPERATIONS<float> : OPERATIONS<Bf16>; }

}  // namespace mhc::MHC_ISA
