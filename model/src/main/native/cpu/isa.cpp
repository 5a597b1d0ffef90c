// Compiled once per instruction set, with -DMHC_ISA, -DMHC_LANES, -DMHC_REGISTERS and that set's flags.
#include "site.h"

namespace mhc::MHC_ISA {
namespace {

// Calls method<S, N> for the shape's type and number of streams; N = 0 is the path for any number.
template <template <class, int> class Method, class... Arguments>
void choose(Shape s, Arguments... arguments) {
    auto typed = [&]<class S>(S) {
        switch (s.streams) {
            case 1: return Method<S, 1>::run(s, arguments...);
            case 2: return Method<S, 2>::run(s, arguments...);
            case 4: return Method<S, 4>::run(s, arguments...);
            case 8: return Method<S, 8>::run(s, arguments...);
            default: return Method<S, 0>::run(s, arguments...);
        }
    };
    return s.dtype == Dtype::F32 ? typed(0.0f) : typed(Bf16{});
}

}  // namespace
}  // namespace mhc::MHC_ISA
