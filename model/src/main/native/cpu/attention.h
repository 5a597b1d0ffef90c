// Attention of some queries to some keys, seen from outside: plain pointers, no torch. Callers check. Numbers
// are fp32 or bf16; sums and masks fp32.
#pragma once
#include "../kernels.h"

namespace mhc {

// A tensor [rows, heads, tokens, ...]: how many numbers on the next row, head and token are. Numbers of a token lie side
// by side.
struct Strides {
    int64_t row, head, token;
};

struct Attended {
    int64_t rows, heads, queries, keys, width;
    Dtype dtype;  // of q, k, v and o
    const void *q, *k, *v;
    Strides q_strides, k_strides, v_strides;
    const float* mask;     // [rows, 1, queries, keys], added to scores, or null
    Strides mask_strides;  // 0 where all rows or queries have one mask
    bool causal;           // a query sees the keys up to its own index
    float scale;
    void* o;     // [rows, queries, heads, width], contiguous
    float* lse;  // [rows, queries, heads], contiguous: logarithms of sums of exponentials
};

// Two parts of an attention [queries, heads, width] become one, in the memory of the first.
struct Merged {
    int64_t queries, heads, width;
    float *o, *lse;
    Strides o_strides, lse_strides;  // of rows: none
    const float *other, *other_lse;  // contiguous
};

struct AttentionOperations {
    void (*attend)(const Attended&);
    void (*merge)(const Merged&);
};

const AttentionOperations& cpu_attention_operations(Isa isa);

}  // namespace mhc
