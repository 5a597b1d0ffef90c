// The compiled instruction sets of what a decoder does between its products.
#include "attention.h"
#include "products.h"
#include "rows.h"

namespace mhc {

namespace baseline {
const RowOperations& row_operations(Dtype);
const ProductOperations& product_operations(Dtype);
const AttentionOperations& attention_operations();
}
#ifdef __x86_64__
namespace avx2 {
const RowOperations& row_operations(Dtype);
const ProductOperations& product_operations(Dtype);
const AttentionOperations& attention_operations();
}
namespace avx512 {
const RowOperations& row_operations(Dtype);
const ProductOperations& product_operations(Dtype);
const AttentionOperations& attention_operations();
}
namespace avx512_bf16 {
const AttentionOperations& attention_operations();
}
#endif

const RowOperations& cpu_row_operations([[maybe_unused]] Isa isa, Dtype dtype) {
#ifdef __x86_64__
    if (isa == Isa::AVX512 || isa == Isa::AVX512_BF16) return avx512::row_operations(dtype);
    if (isa == Isa::AVX2) return avx2::row_operations(dtype);
#endif
    return baseline::row_operations(dtype);
}

const ProductOperations& cpu_product_operations([[maybe_unused]] Isa isa, Dtype dtype) {
#ifdef __x86_64__
    if (isa == Isa::AVX512 || isa == Isa::AVX512_BF16) return avx512::product_operations(dtype);
    if (isa == Isa::AVX2) return avx2::product_operations(dtype);
#endif
    return baseline::product_operations(dtype);
}

const AttentionOperations& cpu_attention_operations([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
    if (isa == Isa::AVX512_BF16) return avx512_bf16::attention_operations();
    if (isa == Isa::AVX512) return avx512::attention_operations();
    if (isa == Isa::AVX2) return avx2::attention_operations();
#endif
    return baseline::attention_operations();
}

}  // namespace mhc
