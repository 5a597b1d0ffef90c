// Compiled once per instruction set, with -DMHC_ISA, -DMHC_LANES, -DMHC_REGISTERS and that set's flags.
#include "site.h"

namespace mhc::MHC_ISA {
namespace {

template <class S, int N>
using T = Typed<S, N>;

template <class S, int N>
constexpr Operations OPERATIONS{T<S, N>::mix,  T<S, N>::coefficients, T<S, N>::apply_pre, T<S, N>::pre,
                                T<S, N>::post, T<S, N>::post_pre,     T<S, N>::head};

template <class S>
const Operations& of_streams(int32_t streams) {
    switch (streams) {
        case 1: return OPERATIONS<S, 1>;
        case 2: return OPERATIONS<S, 2>;
        case 4: return OPERATIONS<S, 4>;
        case 8: return OPERATIONS<S, 8>;
        default: return OPERATIONS<S, 0>;  // any number, known at run time only
    }
}

}  // namespace

const Operations& operations(Shape shape) {
    return shape.dtype == Dtype::F32 ? of_streams<float>(shape.streams) : of_streams<Bf16>(shape.streams);
}

}  // namespace mhc::MHC_ISA
