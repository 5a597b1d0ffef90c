// The instructions that C++ has no words for, as PTX. The host runtime reads the same text, so that a test sees which
// register stands where.
#pragma once
#include "device.cuh"

namespace mhc::cuda {

// Two bf16 in a word, rounded to nearest even.
MHC_DEVICE uint32_t pack_bf16(float low, float high) {
    uint32_t word;
    MHC_PTX("cvt.rn.bf16x2.f32 %0, %1, %2;", (MHC_TO_WORD(word)), (MHC_REAL(high), MHC_REAL(low)));
    return word;
}

// 16 bytes to an address of global memory that is aligned to them. Assigned as a vector, nvcc takes it apart where its
// parts come from different instructions.
MHC_DEVICE void store_vector(void* global, uint4 value) {
    MHC_PTX_STORE("st.global.v4.b32 [%0], {%1, %2, %3, %4};",
                  (MHC_ADDRESS(__cvta_generic_to_global(global)), MHC_WORD(value.x), MHC_WORD(value.y),
                   MHC_WORD(value.z), MHC_WORD(value.w)));
}

// 1 / value to a unit in the last place of a positive normal number below 2^126: the device's estimate, and a step of
// Newton's. A division as IEEE 754 has it would branch and take several times as long.
MHC_DEVICE float reciprocal(float value) {
    float near;
    MHC_PTX("rcp.approx.ftz.f32 %0, %1;", (MHC_TO_REAL(near)), (MHC_REAL(value)));
    return fmaf(fmaf(-value, near, 1.0f), near, near);
}

// c += a b over STEPS times 8 values: A 16 x 8 (tokens), B 8 x 8 (rows of fn), both tf32. Of lane 4g + q, a holds
// (g, q), (g + 8, q), (g, q + 4), (g + 8, q + 4); b holds (q, g), (q + 4, g); c holds (g, 2q), (g, 2q + 1) and both at
// g + 8.
template <int STEPS>
MHC_DEVICE void multiply_tf32(float (&c)[4], const uint32_t (&a)[STEPS][4], const uint32_t (&b)[STEPS][2]) {
#pragma unroll
    for (int s = 0; s < STEPS; s++) {
        MHC_PTX(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};",
            (MHC_SUM(c[0]), MHC_SUM(c[1]), MHC_SUM(c[2]), MHC_SUM(c[3])),
            (MHC_WORD(a[s][0]), MHC_WORD(a[s][1]), MHC_WORD(a[s][2]), MHC_WORD(a[s][3]), MHC_WORD(b[s][0]),
             MHC_WORD(b[s][1])));
    }
}

// The same over 16 values, both bf16, two neighbouring ones in a word: of lane 4g + q, a holds those from (g, 2q),
// (g + 8, 2q), (g, 2q + 8), (g + 8, 2q + 8) on; b those from (2q, g), (2q + 8, g) on.
MHC_DEVICE void multiply_bf16(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
    MHC_PTX(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};",
        (MHC_SUM(c[0]), MHC_SUM(c[1]), MHC_SUM(c[2]), MHC_SUM(c[3])),
        (MHC_WORD(a[0]), MHC_WORD(a[1]), MHC_WORD(a[2]), MHC_WORD(a[3]), MHC_WORD(b0), MHC_WORD(b1)));
}

}  // namespace mhc::cuda
