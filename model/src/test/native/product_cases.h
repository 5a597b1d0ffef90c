// Products with panels of every instruction set against their definition in double.
#pragma once
#include <algorithm>

#include "../../main/native/cpu/products.h"
#include "fixture.h"

// Only where the test is linked with an OpenMP runtime.
extern "C" __attribute__((weak)) void omp_set_num_threads(int);

namespace mhc {

struct ProductCase {
    int64_t rows, inner, panels;
    bool bias;
    int64_t missing = 0;  // rows of w at the last panel's end

    int64_t columns(const ProductOperations& ops) const { return panels * ops.panel_columns - missing; }
};

// Rows of x from `row` with all panels.
inline Stored multiplied(const ProductOperations& ops, const ProductCase& c, Dtype dtype, Stored& panels, Stored& bias,
                         const std::vector<float>& x, int64_t row, int64_t rows) {
    const int64_t columns = c.columns(ops);
    Stored y(dtype, rows * columns);
    ops.multiply({rows, c.inner, columns, x.data() + row * c.inner, panels.data(), c.bias ? bias.data() : nullptr,
                  y.data()});
    return y;
}

inline void multiplies(const ProductOperations& ops, const ProductCase& c, Dtype dtype) {
    Random random(uint64_t(c.rows * 31 + c.inner));
    const int64_t columns = c.columns(ops);
    Stored matrix(dtype, random.normal(columns * c.inner, 1)), panels(dtype, c.panels * (c.inner + 1) * ops.panel_columns);
    Stored bias(dtype, random.normal(columns, 1)), numbers(dtype, random.normal(c.rows * c.inner, 1));
    std::vector<float> x(c.rows * c.inner);
    ops.widen(c.rows * c.inner, numbers.data(), x.data());
    ops.pack(columns, c.inner, matrix.data(), panels.data());
    expect(ops.columns(c.panels, c.inner, panels.data()) == columns, "panels tell how many columns they have", columns);
    const Stored y = multiplied(ops, c, dtype, panels, bias, x, 0, c.rows);

    const reference::Values ws = matrix.doubles(), bs = bias.doubles(), xs = numbers.doubles(), ys = y.doubles();
    double error = 0;
    for (int64_t i = 0; i < c.rows * columns; i++) {
        const int64_t row = i / columns, column = i % columns;
        // Rounding errors are in proportion to the sum of all absolute products.
        double sum = c.bias ? bs[column] : 0, scale = std::fabs(sum);
        for (int64_t k = 0; k < c.inner; k++) {
            const double product = xs[row * c.inner + k] * ws[column * c.inner + k];
            sum += product, scale += std::fabs(product);
        }
        const double rounded = dtype == Dtype::F32 ? 0 : std::fabs(sum) * 0x1p-8;
        const double off = std::max(0.0, std::fabs(ys[i] - sum) - rounded) / scale;
        error = std::isfinite(off) ? std::max(error, off) : 1e30;
    }
    close("product", error, 2e-6);

    // A row has the same bits alone, in other company, and on any number of threads.
    const auto same = [&](const Stored& part, int64_t row) {
        const reference::Values got = part.doubles();
        return std::equal(got.begin(), got.end(), ys.begin() + row * columns);
    };
    for (int64_t row : {int64_t(0), c.rows / 2, c.rows - 1}) {
        for (int64_t rows : {1, 2, 3, 5}) {
            if (row + rows > c.rows) continue;
            const Stored part = multiplied(ops, c, dtype, panels, bias, x, row, rows);
            expect(same(part, row), "company changes the bits of products");
        }
    }
    if (!omp_set_num_threads) return;
    for (int count : {1, 3, 16, 2}) {
        omp_set_num_threads(count);
        const Stored all = multiplied(ops, c, dtype, panels, bias, x, 0, c.rows);
        expect(same(all, 0), "threads change the bits of products", count);
    }
}

inline void products(const ProductOperations& (*ops)(Dtype)) {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (const ProductCase& c : {
                 ProductCase{1, 1, 1, false},
                 {1, 700, 7, true},
                 {2, 64, 5, false},
                 {3, 513, 4, true},
                 {7, 33, 9, false},
                 {13, 1030, 3, true},
                 {16, 512, 40, false},
                 // larger than what a cache keeps, for one tile of rows and for two
                 {5, 515, 24, true},
                 {11, 700, 20, false},
                 {29, 128, 2, false},
                 // the last panel filled up
                 {1, 40, 1, true, 3},
                 {6, 129, 9, true, 1},
                 {31, 600, 12, false, 2},
                 {230, 96, 3, true},
                 {brief ? 100 : 500, 200, 6, false},
             }) {
            multiplies(ops(dtype), c, dtype);
        }
    }
}

}  // namespace mhc
