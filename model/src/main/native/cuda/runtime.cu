// The calling thread's call, and what is asked of the CUDA runtime.
#include <stdexcept>
#include <string>

#include "device.cuh"

namespace mhc::cuda {
namespace {

thread_local Call current{};

}  // namespace

void check(const char* what, cudaError_t error) {
    if (error == cudaSuccess) return;
    // Reported here, it must not be found after the next launch.
    static_cast<void>(cudaGetLastError());
    throw std::runtime_error(std::string("mhc kernels: ") + what + " failed on cuda:" + std::to_string(current.device) +
                             ": CUDA error " + std::to_string(static_cast<int>(error)) + " (" +
                             cudaGetErrorString(error) + ")");
}

cudaStream_t stream() { return static_cast<cudaStream_t>(current.stream); }

void* allocate(int64_t bytes) { return current.allocate(current.owner, bytes); }

int multiprocessors() {
    int count = 0;
    check("asking for multiprocessors", cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, current.device));
    return count;
}

int32_t enter(const Call& call) {
    int before = 0;
    check("asking for the current device", cudaGetDevice(&before));
    current = call;
    check("choosing the device", cudaSetDevice(call.device));
    return before;
}

void leave(int32_t device) {
    current = {};
    // Nothing can be done about a failure here, and the next launch reports it.
    static_cast<void>(cudaSetDevice(device));
}

int32_t unusable(int32_t device) {
    int major = 0;
    const cudaError_t error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (error != cudaSuccess) return error;
    return major < 8 ? cudaErrorNoKernelImageForDevice : cudaSuccess;
}

}  // namespace mhc::cuda
