// The kernels for fp32 streams.
#include "operations.cuh"

namespace mhc::cuda {

const Operations& operations_fp32(int32_t streams) { return operations_of<Typed, float>(streams); }

}  // namespace mhc::cuda
