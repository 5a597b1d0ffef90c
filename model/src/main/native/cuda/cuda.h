// The CUDA part of the library as the rest of it sees it: plain C++. Its functions are weak, so that they are null in a
// library that was built without nvcc.
#pragma once
#include <stdexcept>
#include <string>

#include "../kernels.h"

#define MHC_CUDA_PART __attribute__((weak))

namespace mhc::cuda {

// An error of the CUDA runtime, with its number.
struct Error : std::runtime_error {
    int32_t code;

    Error(const std::string& what, int32_t code) : std::runtime_error(what), code(code) {}
};

// What an operation needs beside its tensors.
struct Call {
    int32_t device;
    void* stream;
    void* owner;
    // Device memory that stays until the stream has run what the call puts there.
    void* (*allocate)(void* owner, int64_t bytes);
};

// Makes the call the calling thread's own and its device the current one; returns the device that was, for `leave`,
// which never makes a context where there is none.
MHC_CUDA_PART int32_t enter(const Call& call);
MHC_CUDA_PART void leave(int32_t device);

// Why a device cannot be used: 0, or an error of the CUDA runtime (35 for an old driver, 98 or 209 where the library
// holds no code for that GPU). Makes a context on the device.
MHC_CUDA_PART int32_t unusable(int32_t device);

// As on the CPU, on device pointers, put into the stream of the call that was entered. An error of CUDA is thrown.
MHC_CUDA_PART const Operations& operations(Shape shape);
MHC_CUDA_PART void gain(const float* combs, int64_t sites, int64_t tokens, int32_t streams, double* gain);

// The first operation that gives other numbers on the device of the call that was entered than on the CPU, for 3 and 40
// tokens, every compiled number of streams and both types: one launch and several, every kernel. Waits for the device.
enum class Operation : int32_t { NONE, MIX, COEFFICIENTS, APPLY_PRE, PRE, POST, POST_PRE, HEAD, GAIN };
MHC_CUDA_PART Operation self_test();

inline bool built() { return operations != nullptr; }

}  // namespace mhc::cuda
