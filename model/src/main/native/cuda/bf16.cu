// The kernels for bf16 streams.
#include "operations.cuh"

namespace mhc::cuda {

const Operations& operations_bf16(int32_t streams) { return operations_of<Typed, Bf16>(streams); }

}  // namespace mhc::cuda
