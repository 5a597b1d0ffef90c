// What a decoder does to rows of numbers between its products, seen from outside: plain pointers, no torch. Callers
// check. Numbers are fp32 or bf16; sums, weights and angles fp32, and a result is rounded once.
#pragma once
#include "../kernels.h"

namespace mhc {

// x [count, width], contiguous.
struct Rows {
    int64_t count, width;
};

// x [heads, tokens, width] wherever heads and tokens lie, in numbers; the numbers of a head lie side by side.
struct Heads {
    int64_t heads, tokens, width, head_stride, token_stride;
};

struct RowOperations {
    // y = weight * x / rms(x), weight [width]
    void (*norm)(Rows, const void* x, const float* weight, float eps, void* y);
    // h += f, y = weight * h / rms(h)
    void (*add_norm)(Rows, void* h, const void* f, const float* weight, float eps, void* y);
    // gate = silu(gate) * up, silu(gate) being rounded as well
    void (*gate)(int64_t count, void* gate, const void* up);
    // Number i of a head and number i + width / 2 turned by the angles of its token, [tokens, width], then scaled.
    void (*rotate)(Heads, void* x, const float* cos, const float* sin, float scale);
};

const RowOperations& cpu_row_operations(Isa isa, Dtype dtype);

}  // namespace mhc
