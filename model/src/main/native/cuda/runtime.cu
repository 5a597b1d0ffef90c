// The calling thread's call, and what is asked of the CUDA runtime.
#include "device.cuh"

namespace mhc::cuda {
namespace {

thread_local Call current{};

// Its code is in the library for the same architectures as that of all other kernels.
MHC_KERNEL(32) void probe() {}

// Whether a device has a context in this process: to choose one that has none would make it, with some hundred MB of
// its memory. The static runtime does not link with the driver, so the driver's function is looked up.
bool has_context(int device) {
    using GetDevice = int (*)(int* handle, int ordinal);
    using GetState = int (*)(int handle, unsigned* flags, int* active);
    struct Driver {
        GetDevice get_device;
        GetState get_state;
    };
    static const Driver driver = [] {
        auto find = [](const char* name) {
            void* function = nullptr;
            cudaDriverEntryPointQueryResult found{};
            const cudaError_t error =
                cudaGetDriverEntryPointByVersion(name, &function, 7000, cudaEnableDefault, &found);
            return error == cudaSuccess && found == cudaDriverEntryPointSuccess ? function : nullptr;
        };
        return Driver{reinterpret_cast<GetDevice>(find("cuDeviceGet")),
                      reinterpret_cast<GetState>(find("cuDevicePrimaryCtxGetState"))};
    }();
    unsigned flags = 0;
    int handle = 0, active = 0;
    return driver.get_device != nullptr && driver.get_state != nullptr && driver.get_device(&handle, device) == 0 &&
           driver.get_state(handle, &flags, &active) == 0 && active != 0;
}

}  // namespace

void check(const char* what, cudaError_t error) {
    if (error == cudaSuccess) return;
    // Reported here, it must not be found after the next launch.
    static_cast<void>(cudaGetLastError());
    throw Error(std::string("mhc kernels: ") + what + " failed on cuda:" + std::to_string(current.device) +
                    ": CUDA error " + std::to_string(static_cast<int>(error)) + " (" + cudaGetErrorString(error) + ")",
                error);
}

cudaStream_t stream() { return static_cast<cudaStream_t>(current.stream); }

void* allocate(int64_t bytes) { return current.allocate(current.owner, bytes); }

void copy_in(void* device, const void* host, size_t bytes) {
    check("copying to the device", cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream()));
    check("copying to the device", cudaStreamSynchronize(stream()));
}

void copy_out(void* host, const void* device, size_t bytes) {
    check("copying from the device", cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream()));
    check("copying from the device", cudaStreamSynchronize(stream()));
}

const Gpu& gpu() {
    // A thread works for one device, or for few in turns.
    thread_local Gpu known{-1, 0, false};
    if (known.device != current.device) {
        auto value_of = [](cudaDeviceAttr attribute) {
            int value = 0;
            check("asking for the device's attributes", cudaDeviceGetAttribute(&value, attribute, current.device));
            return value;
        };
        known = {current.device, value_of(cudaDevAttrMultiProcessorCount), value_of(cudaDevAttrCooperativeLaunch) != 0};
    }
    return known;
}

int32_t enter(const Call& call) {
    int before = 0;
    check("asking for the current device", cudaGetDevice(&before));
    current = call;
    if (before != call.device) check("choosing the device", cudaSetDevice(call.device));
    return before;
}

void leave(int32_t device) {
    const int32_t here = current.device;
    current = {};
    // Nothing can be done about a failure here, and the next launch reports it.
    if (device != here && has_context(device)) static_cast<void>(cudaSetDevice(device));
}

int32_t unusable(int32_t device) {
    int before = 0, major = 0;
    cudaFuncAttributes attributes{};
    cudaError_t error = cudaGetDevice(&before);
    if (error == cudaSuccess) error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (error == cudaSuccess && major < 8) return cudaErrorNoKernelImageForDevice;
    if (error == cudaSuccess && device != before) error = cudaSetDevice(device);
    if (error == cudaSuccess) error = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(probe));
    // Answered here, it must not be found after the next launch.
    if (error != cudaSuccess) static_cast<void>(cudaGetLastError());
    if (device != before && has_context(before)) static_cast<void>(cudaSetDevice(before));
    return error;
}

}  // namespace mhc::cuda
