// What kernels take from their device, each as a small function: the language of nvcc, or a host runtime that runs the
// same kernels in a test.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

#include "cuda.h"

namespace mhc::cuda {

// Shared memory that every supported GPU gives a block, and what it gives unasked.
constexpr size_t MOST_SHARED = 96 << 10, PLAIN_SHARED = 48 << 10;

// What a device never changes.
struct Gpu {
    int device, multiprocessors;
    bool cooperative;  // takes launches whose blocks wait for each other; some virtual devices do not
};

}  // namespace mhc::cuda

#ifndef __CUDACC__
#include "cuda_host.h"
#else
#include <cooperative_groups.h>
#include <cuda_runtime.h>

#define MHC_DEVICE __device__ __forceinline__
#define MHC_ANYWHERE __host__ __device__
#define MHC_KERNEL(threads, ...) __global__ __launch_bounds__(threads, ##__VA_ARGS__)

// An instruction's text, the operands that it writes and those that it only reads, each list in parentheses and
// numbered in this order.
#define MHC_PTX(text, written, read) asm(text : MHC_LIST written : MHC_LIST read)
#define MHC_PTX_STORE(text, read) asm volatile(text::MHC_LIST read : "memory")
#define MHC_LIST(...) __VA_ARGS__
#define MHC_WORD(value) "r"(value)
#define MHC_REAL(value) "f"(value)
#define MHC_ADDRESS(value) "l"(value)
#define MHC_TO_WORD(variable) "=r"(variable)
#define MHC_TO_REAL(variable) "=f"(variable)
#define MHC_SUM(variable) "+f"(variable)

namespace mhc::cuda {

constexpr unsigned EVERY_LANE = 0xffffffffu;

// A block's dynamic shared memory, the only one that kernels use.
MHC_DEVICE unsigned char* shared_memory() {
    extern __shared__ __align__(16) unsigned char memory[];
    return memory;
}

MHC_DEVICE float as_float(uint32_t bits) { return __uint_as_float(bits); }
MHC_DEVICE uint32_t as_bits(float value) { return __float_as_uint(value); }

// Copies from global into shared memory that arrive later: BYTES is 4 or 16, both sides aligned to it.
template <int BYTES>
MHC_DEVICE void copy_later(float* shared, const float* global) {
    const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
    if constexpr (BYTES == 16) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(global) : "memory");
    } else {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(global) : "memory");
    }
}

// Ends this thread's current batch of copies, and waits until at most PENDING later batches are under way.
MHC_DEVICE void end_batch() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int PENDING>
MHC_DEVICE void wait_for_batches() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// All blocks of a cooperative launch; what was written before is seen after.
MHC_DEVICE void grid_barrier() { cooperative_groups::this_grid().sync(); }

// The same in two parts: nobody waits for what a block does between them.
using Arrival = cooperative_groups::grid_group::arrival_token;
MHC_DEVICE Arrival arrive_at_grid_barrier() { return cooperative_groups::this_grid().barrier_arrive(); }
MHC_DEVICE void wait_at_grid_barrier(Arrival arrival) {
    cooperative_groups::this_grid().barrier_wait(static_cast<Arrival&&>(arrival));
}

// Throws, naming what was tried, unless that succeeded.
void check(const char* what, cudaError_t error);
cudaStream_t stream();
// The call's device.
const Gpu& gpu();
// Bytes of partial sums at once.
inline int64_t most_scratch() { return 64 << 20; }

template <class... Parameters, class... Arguments>
void launch(const char* op, void (*kernel)(Parameters...), dim3 grid, int threads, size_t shared,
            Arguments... arguments) {
    kernel<<<grid, threads, shared, stream()>>>(arguments...);
    check(op, cudaGetLastError());
}

// How many blocks the whole device can hold at once; also allows the kernel its shared memory, up to MOST_SHARED. The
// runtime takes microseconds to answer, so each thread asks once.
template <class... Parameters>
int64_t resident_blocks(const char* op, void (*kernel)(Parameters...), int threads, size_t shared) {
    const void* function = reinterpret_cast<const void*>(kernel);
    thread_local std::map<std::tuple<int, const void*, int, size_t>, int> known;
    const auto [answer, unknown] = known.try_emplace({gpu().device, function, threads, shared}, 0);
    if (unknown) {
        int blocks = 0;
        cudaError_t error = cudaSuccess;
        if (shared > PLAIN_SHARED) {
            // Always the same number: another thread may be about to launch this kernel with more.
            error = cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(MOST_SHARED));
        }
        if (error == cudaSuccess) {
            error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, function, threads, shared);
        }
        if (error != cudaSuccess) known.erase(answer);
        check(op, error);
        answer->second = blocks;
    }
    return int64_t(answer->second) * gpu().multiprocessors;
}

template <class... Parameters, class... Arguments>
void launch_cooperative(const char* op, void (*kernel)(Parameters...), dim3 grid, int threads, size_t shared,
                        Arguments... arguments) {
    std::tuple<Parameters...> values(arguments...);
    std::apply([&](Parameters&... value) {
        void* pointers[] = {&value...};
        check(op, cudaLaunchCooperativeKernel(reinterpret_cast<const void*>(kernel), grid, dim3(threads), pointers,
                                              shared, stream()));
    }, values);
}

}  // namespace mhc::cuda
#endif

namespace mhc::cuda {

// Memory of the call that was entered.
void* allocate(int64_t bytes);
// Copies between the host and the device in the order of the call's stream; they are complete on return.
void copy_in(void* device, const void* host, size_t bytes);
void copy_out(void* host, const void* device, size_t bytes);

// A grid that devices take, or an error.
inline dim3 grid(int64_t x, int64_t y = 1, int64_t z = 1) {
    if (x > 0x7fffffff || y > 0xffff || z > 0xffff) {
        throw std::runtime_error("mhc kernels: a grid of " + std::to_string(x) + " x " + std::to_string(y) + " x " +
                                 std::to_string(z) + " blocks, more than a GPU takes: pass fewer tokens at once");
    }
    return dim3(static_cast<unsigned>(x), static_cast<unsigned>(y), static_cast<unsigned>(z));
}

}  // namespace mhc::cuda
