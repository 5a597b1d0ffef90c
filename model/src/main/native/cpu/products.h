// Products with matrices in panels, seen from outside: plain pointers, no torch. Callers check.
#pragma once
#include "../kernels.h"

namespace mhc {

// y = x w^T + bias of w [columns, inner]. A panel is as many rows of w as a kernel takes at once, those of one number
// of `inner` side by side, and then 1 for each of them: [columns / panel_columns (rounded up), inner + 1, panel_columns]. What
// no row of w is left for is 0.
struct Product {
    int64_t rows, inner, columns;
    const float* x;      // [rows, inner]
    const void* panels;  // as y: fp32 or bf16
    const void* bias;    // [columns] as y, or null
    void* y;             // [rows, columns]
};

// Sums are fp32 and in an order that depends on `inner` alone: a row has the same bits in any company.
struct ProductOperations {
    int64_t panel_columns;
    void (*pack)(int64_t columns, int64_t inner, const void* matrix, void* panels);
    int64_t (*columns)(int64_t count, int64_t inner, const void* panels);  // of w, by its panels
    void (*widen)(int64_t count, const void* numbers, float* wide);
    void (*multiply)(const Product&);
};

const ProductOperations& cpu_product_operations(Isa isa, Dtype dtype);
}  // namespace mhc
