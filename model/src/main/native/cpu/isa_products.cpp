// Compiled once per instruction set, as isa.cpp.
#include <utility>

#include "products.h"
#include "team.h"
#include "vector.h"

namespace mhc::MHC_ISA {
namespace {

// Of a panel, in each row of it.
constexpr int VECTORS = 2;
constexpr int COLUMNS = VECTORS * LANES;
// Rows of x whose sums are registers, with room for a row of the panel and a number of x.
constexpr int MOST_ROWS = (MHC_REGISTERS - VECTORS - 1) / VECTORS;
// Products that are summed by themselves: rounding errors grow with their number and with the number of such sums.
constexpr int64_t RUN = 512;
// Bytes of panels that stay in the second cache while rows of x pass.
constexpr int64_t CACHED = 384 << 10;
// Rows of x that pass panels together.
constexpr int64_t BLOCK = 16 * MOST_ROWS;
// Products for which another thread is worth waking.
constexpr int64_t PER_THREAD = 1 << 17;

// Panels that so few rows take at once, as each sum waits some cycles for the one before it: most that registers hold.
constexpr int panels_of(int rows) {
    for (int panels = 4; panels > 1; panels /= 2) {
        const int vectors = panels * VECTORS;
        if (rows * vectors + (rows > 1 ? vectors : 1) + 1 <= MHC_REGISTERS) return panels;
    }
    return 1;
}

constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

template <class S>
struct Of {
    // Of a panel, for each number of `inner`.
    static constexpr int BYTES = COLUMNS * int(sizeof(S));

    // Numbers from a panel to the next one.
    static constexpr int64_t step(int64_t inner) { return (inner + 1) * COLUMNS; }

    // A vector of which the first `left` numbers are there, perhaps none.
    static Vec load_of(const S* from, int64_t left) {
        if (left >= LANES) return load(from, Whole{});
        return left > 0 ? load(from, Part{left}) : Vec{};
    }

    static void store_of(S* to, Vec numbers, int64_t left) {
        if (left >= LANES) return store(to, numbers, Whole{});
        if (left > 0) store(to, numbers, Part{left});
    }

    // R rows of x from `row` with P panels from `panel`; for each number of `inner` so many bytes from `next` are asked for.
    template <int R, int P, int ASKED>
    static void tile(const Product& p, int64_t row, int64_t panel, [[maybe_unused]] const char* next) {
        const float* x = p.x + row * p.inner;
        const S* w = static_cast<const S*>(p.panels) + panel * step(p.inner);
        const S* bias = static_cast<const S*>(p.bias) + panel * COLUMNS;
        S* y = static_cast<S*>(p.y) + row * p.columns + panel * COLUMNS;
        const int64_t left = p.columns - panel * COLUMNS;
        Vec total[R][P * VECTORS];
        for (int v = 0; v < P * VECTORS; v++) {
            const Vec start = p.bias ? load_of(bias + v * LANES, left - v * LANES) : Vec{};
            for (int r = 0; r < R; r++) total[r][v] = start;
        }
        for (int64_t from = 0; from < p.inner; from += RUN) {
            const int64_t to = smaller(p.inner, from + RUN);
            Vec sums[R][P * VECTORS] = {};
#pragma GCC unroll 4
            for (int64_t k = from; k < to; k++) {
                if (ASKED > 0) ask(next + k * ASKED, ASKED);
                Vec weights[P * VECTORS];
#pragma GCC unroll 8
                for (int v = 0; v < P * VECTORS; v++) {
                    weights[v] = load(w + v / VECTORS * step(p.inner) + k * COLUMNS + v % VECTORS * LANES, Whole{});
                }
#pragma GCC unroll 16
                for (int r = 0; r < R; r++) {
                    const Vec number = broadcast(x + r * p.inner + k);
#pragma GCC unroll 8
                    for (int v = 0; v < P * VECTORS; v++) sums[r][v] = multiply_add(number, weights[v], sums[r][v]);
                }
            }
#pragma GCC unroll 16
            for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
                for (int v = 0; v < P * VECTORS; v++) total[r][v] += sums[r][v];
            }
        }
        for (int r = 0; r < R; r++) {
            for (int v = 0; v < P * VECTORS; v++) store_of(y + r * p.columns + v * LANES, total[r][v], left - v * LANES);
        }
    }

    template <int R, int ASKED>
    static void tiles(const Product& p, int64_t row, int64_t from, int64_t to, const char* next) {
        constexpr int P = ASKED > 0 ? 1 : panels_of(R);
        for (; from + P <= to; from += P) tile<R, P, ASKED>(p, row, from, next);
        if constexpr (P > 1) {
            for (; from < to; from++) tile<R, 1, ASKED>(p, row, from, next);
        }
    }

    template <int ASKED, size_t... I>
    static void tiles(int count, const Product& p, int64_t row, int64_t from, int64_t to, const char* next,
                      std::index_sequence<I...>) {
        constexpr void (*OF[])(const Product&, int64_t, int64_t, int64_t, const char*) = {tiles<int(I) + 1, ASKED>...};
        OF[count - 1](p, row, from, to, next);
    }

    // Rows in tiles of almost one height; with `ahead` a single panel, while the next one comes: half with each of the first two.
    static void rows(const Product& p, int64_t row, int64_t end, int64_t from, int64_t to, bool ahead) {
        constexpr auto HEIGHTS = std::make_index_sequence<MOST_ROWS>();
        const int64_t all = (end - row + MOST_ROWS - 1) / MOST_ROWS;
        const char* const next = static_cast<const char*>(p.panels) + to * step(p.inner) * sizeof(S);
        for (int64_t at = 0; at < all; at++) {
            const int count = int((end - row + all - at - 1) / (all - at));
            if (ahead && all == 1) {
                tiles<BYTES>(count, p, row, from, to, next, HEIGHTS);
            } else if (ahead && at < 2) {
                tiles<BYTES / 2>(count, p, row, from, to, next + at * p.inner * (BYTES / 2), HEIGHTS);
            } else {
                tiles<0>(count, p, row, from, to, next, HEIGHTS);
            }
            row += count;
        }
    }

    static void multiply(const Product& p) {
        const int64_t panels = (p.columns + COLUMNS - 1) / COLUMNS, blocks = (p.rows + BLOCK - 1) / BLOCK;
        const int threads = team_for(p.rows * p.inner * p.columns, PER_THREAD);
        const int64_t least = p.rows < MOST_ROWS ? 4 : 1;  // few rows take several panels at once
        // With so few rows, multiplying a panel takes hardly longer than reading it from memory: then each is taken by itself
        // and the next one asked for meanwhile. One or two rows wait for memory alone.
        const bool ahead = 2 < p.rows && p.rows <= BLOCK && p.columns * p.inner * int64_t(sizeof(S)) > CACHED;
        int64_t group = ahead ? 1 : larger(least, CACHED / (p.inner * BYTES));
        while (group > 1 && threads > 1 && blocks * ((panels + group - 1) / group) < 4 * threads) {
            group = (group + 1) / 2;
        }
        const int64_t groups = (panels + group - 1) / group;
        parallel(groups * blocks, threads, [&](int64_t from, int64_t to) {
            for (int64_t job = from; job < to; job++) {
                const int64_t panel = job / blocks * group, row = job % blocks * BLOCK;
                rows(p, row, smaller(p.rows, row + BLOCK), panel, smaller(panels, panel + group), ahead && job + 1 < to);
            }
        });
    }

    static void pack(int64_t columns, int64_t inner, const void* matrix, void* panels) {
        parallel((columns + COLUMNS - 1) / COLUMNS, team_size(), [&](int64_t from, int64_t to) {
            for (int64_t panel = from; panel < to; panel++) {
                const S* rows = static_cast<const S*>(matrix) + panel * COLUMNS * inner;
                S* out = static_cast<S*>(panels) + panel * step(inner);
                const int64_t here = smaller(COLUMNS, columns - panel * COLUMNS);
                for (int64_t k = 0; k < inner; k++) {
                    for (int c = 0; c < COLUMNS; c++) *out++ = c < here ? rows[c * inner + k] : S{};
                }
                for (int c = 0; c < COLUMNS; c += LANES) {
                    store(out + c, Vec{}, Whole{});
                    store_of(out + c, splat<Vec>(1.0f), here - c);
                }
            }
        });
    }

    static int64_t columns(int64_t count, int64_t inner, const void* panels) {
        if (count == 0) return 0;
        const S* const present = static_cast<const S*>(panels) + count * step(inner) - COLUMNS;
        int64_t here = 0;
        for (int c = 0; c < COLUMNS; c++) here += MHC_ISA::widen(present[c]) != 0;
        return (count - 1) * COLUMNS + here;
    }

    static void widen(int64_t count, const void* numbers, float* wide) {
        const S* in = static_cast<const S*>(numbers);
        sweep(count, [&](int64_t i, auto part) { store(wide + i, load(in + i, part), part); });
    }
};

template <class S>
constexpr ProductOperations OPERATIONS{COLUMNS, Of<S>::pack, Of<S>::columns, Of<S>::widen, Of<S>::multiply};

}  // namespace

const ProductOperations& product_operations(Dtype dtype) {
    return dtype == Dtype::F32 ? OPERATIONS<float> : OPERATIONS<Bf16>;
}

}  // namespace mhc::MHC_ISA
