// The compiled instruction sets of the operations on rows.
#include "rows.h"

namespace mhc {

namespace baseline {
const RowOperations& row_operations(Dtype);
}
#ifdef __x86_64__
namespace avx2 {
const RowOperations& row_operations(Dtype);
}
namespace avx512 {
const RowOperations& row_operations(Dtype);
}
#endif

const RowOperations& cpu_row_operations([[maybe_unused]] Isa isa, Dtype dtype) {
#ifdef __x86_64__
    if (isa == Isa::AVX512) return avx512::row_operations(dtype);
    if (isa == Isa::AVX2) return avx2::row_operations(dtype);
#endif
    return baseline::row_operations(dtype);
}

}  // namespace mhc
