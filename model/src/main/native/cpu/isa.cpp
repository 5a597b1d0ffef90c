// Compiled once per instruction set, with -DMHC_ISA, -DMHC_LANES, -DMHC_REGISTERS and that set's flags.
#include "../typed.h"
#include "site.h"

namespace mhc::MHC_ISA {

const Operations& operations(Shape shape) {
    return shape.dtype == Dtype::F32 ? operations_of<Typed, float>(shape.streams)
                                     : operations_of<Typed, Bf16>(shape.streams);
}

}  // namespace mhc::MHC_ISA
