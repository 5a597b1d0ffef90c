// One dispatch table for all implementations: a template for a type of streams and a number of them, as operations.
#pragma once
#include "kernels.h"

namespace mhc {

template <class T>
constexpr Operations OPERATIONS{T::mix, T::coefficients, T::apply_pre, T::pre, T::post, T::post_pre, T::head};

// Those of Typed<S, n>; Typed<S, 0> takes any number of streams at run time.
template <template <class, int> class Typed, class S>
const Operations& operations_of(int32_t streams) {
    switch (streams) {
        case 1: return OPERATIONS<Typed<S, 1>>;
        case 2: return OPERATIONS<Typed<S, 2>>;
        case 4: return OPERATIONS<Typed<S, 4>>;
        case 8: return OPERATIONS<Typed<S, 8>>;
        default: return OPERATIONS<Typed<S, 0>>;
    }
}

}  // namespace mhc
