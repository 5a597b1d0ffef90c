// A host runtime for the kernels of src/main/native/cuda, in place of nvcc's language: g++ compiles the same bodies.
// Threads of a block are fibers that switch where threads wait for each other; blocks run one after another, those of a
// cooperative launch together. It stands for what the programming model promises, and stops the process with a message
// where a kernel asks for more: a barrier that some threads never reach, values that tensor cores would not take,
// unaligned or missing copies, too much shared memory. Fresh shared and device memory is full of NaN.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <tuple>
#include <vector>

#define MHC_DEVICE inline
#define MHC_ANYWHERE inline
#define MHC_KERNEL(...)
#define MHC_PTX(text, written, read)                           \
    do {                                                       \
        static const ::mhc::cuda::host::Instruction ptx(text); \
        ptx.execute({MHC_LIST written, MHC_LIST read});        \
    } while (false)
#define MHC_PTX_STORE(text, read)                              \
    do {                                                       \
        static const ::mhc::cuda::host::Instruction ptx(text); \
        ptx.execute({MHC_LIST read});                          \
    } while (false)
#define MHC_LIST(...) __VA_ARGS__
#define MHC_WORD(value) (::mhc::cuda::host::Operand(uint64_t(value)))
#define MHC_REAL(value) (::mhc::cuda::host::Operand(float(value)))
#define MHC_ADDRESS(value) (::mhc::cuda::host::Operand(value))
#define MHC_TO_WORD(variable) (::mhc::cuda::host::Operand(&(variable)))
#define MHC_TO_REAL(variable) (::mhc::cuda::host::Operand(&(variable)))
#define MHC_SUM(variable) (::mhc::cuda::host::Operand(&(variable)))
#define threadIdx (::mhc::cuda::host::self->thread)
#define blockIdx (::mhc::cuda::host::self->block->index)
#define blockDim (::mhc::cuda::host::block_dim)
#define gridDim (::mhc::cuda::host::grid_dim)

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
    dim3() = default;
    dim3(unsigned x, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(16) [[gnu::may_alias]] uint4 {
    uint32_t x, y, z, w;
};
struct alignas(16) [[gnu::may_alias]] float4 {
    float x, y, z, w;
};
struct alignas(8) [[gnu::may_alias]] uint2 {
    uint32_t x, y;
};
struct alignas(8) [[gnu::may_alias]] float2 {
    float x, y;
};

inline uint64_t __cvta_generic_to_global(const void* p) { return reinterpret_cast<uintptr_t>(p); }

namespace mhc::cuda {

constexpr unsigned EVERY_LANE = 0xffffffffu;

namespace host {

// Threads that wait for each other: those of a warp, a block or a grid.
struct Gathering {
    int size = 0, arrived = 0;
    uint64_t generation = 0;
    int kind = 0;  // what they all have come for
};

// A lane's registers of a product of matrices.
struct Product {
    uint32_t a[4], b[2];
    float c[4];
};

// An operand of an instruction: a register, or an address.
struct Operand {
    uint64_t bits;
    void* variable;  // null where the instruction only reads

    explicit Operand(uint64_t bits) : bits(bits), variable(nullptr) {}
    explicit Operand(float value) : bits(0), variable(nullptr) { std::memcpy(&bits, &value, sizeof value); }
    template <class T>
    explicit Operand(T* variable) : bits(0), variable(variable) {
        static_assert(sizeof(T) == sizeof(uint32_t));
        std::memcpy(&bits, variable, sizeof(T));
    }
};

// An instruction of PTX: what it does, and which operands stand in which of its places.
class Instruction {
public:
    explicit Instruction(const char* text);
    void execute(std::initializer_list<Operand> operands) const;

private:
    enum class Code { PACK, STORE, RECIPROCAL, MULTIPLY_TF32, MULTIPLY_BF16 } code_;
    std::vector<std::vector<int>> places_;
};

struct Warp : Gathering {
    float given[32], taken[32];
    Product products[32];
};

struct Block : Gathering {
    dim3 index;
    std::vector<Warp> warps;
    unsigned char* shared = nullptr;
};

struct Copy {
    float* to;
    const float* from;
    size_t bytes;
};

struct Fiber {
    dim3 thread;
    Block* block = nullptr;
    std::vector<Copy> copies;     // not there yet, in order
    std::vector<size_t> batches;  // how many copies each finished batch has
    size_t open = 0;              // copies of the batch that is not finished
    const Gathering* waits_for = nullptr;
    uint64_t generation = 0;
    bool done = false;
    void* stack_pointer = nullptr;
    unsigned char* stack = nullptr;
    void* fake_stack = nullptr;

    bool pending() const { return !copies.empty(); }
};

extern Fiber* self;
extern dim3 block_dim, grid_dim;
extern Gathering together;
extern bool cooperative;
// Those that run now, and their shared memory.
extern std::vector<Block>* running_blocks;
extern size_t shared_bytes;

// The device that is played, and whether the last threads of a block run first.
extern int multiprocessors, blocks_of_multiprocessor;
extern int64_t most_scratch;
// How many copies from the device come before the one of which a bit is wrong; negative for none.
extern int64_t copies_until_damage;
extern bool cooperative_device, backwards;
// Launches so far, and the shapes of the last ones, newest last.
extern int64_t launches, cooperative_launches;
struct Launched {
    unsigned x, y, z;
    int threads;
    bool cooperative;

    bool operator==(const Launched& o) const {
        return x == o.x && y == o.y && z == o.z && threads == o.threads && cooperative == o.cooperative;
    }
};
extern std::vector<Launched> launched;

[[noreturn]] void fail(const char* what);
// Waits until all have arrived; the last one to come calls `all` first.
void meet(Gathering& gathering, int kind, const std::function<void()>& all);
// The same in two parts.
uint64_t arrive(Gathering& gathering);
void wait(Gathering& gathering, uint64_t arrival);
void run(const char* op, dim3 grid, int threads, size_t shared, bool at_once, const std::function<void()>& kernel);
void multiply_tf32(Warp& warp);
void multiply_bf16(Warp& warp);

inline Warp& warp() { return self->block->warps[self->thread.x / 32]; }

}  // namespace host

inline unsigned char* shared_memory() { return host::self->block->shared; }

inline float as_float(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline uint32_t as_bits(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

template <int BYTES>
inline void copy_later(float* shared, const float* global) {
    if (reinterpret_cast<uintptr_t>(shared) % BYTES || reinterpret_cast<uintptr_t>(global) % BYTES) {
        host::fail("a copy into shared memory is not aligned");
    }
    host::self->copies.push_back({shared, global, BYTES});
    host::self->open++;
}

inline void end_batch() {
    host::self->batches.push_back(host::self->open);
    host::self->open = 0;
}

template <int PENDING>
inline void wait_for_batches() {
    host::Fiber& self = *host::self;
    while (self.batches.size() > PENDING) {
        for (size_t i = 0; i < self.batches[0]; i++) {
            const host::Copy& copy = self.copies[i];
            std::memcpy(copy.to, copy.from, copy.bytes);
        }
        self.copies.erase(self.copies.begin(), self.copies.begin() + std::ptrdiff_t(self.batches[0]));
        self.batches.erase(self.batches.begin());
    }
}

inline void grid_barrier() {
    if (!host::cooperative) host::fail("a barrier of the grid in a launch that is not cooperative");
    host::meet(host::together, 1, [] {});
}

using Arrival = uint64_t;
inline Arrival arrive_at_grid_barrier() {
    if (!host::cooperative) host::fail("a barrier of the grid in a launch that is not cooperative");
    return host::arrive(host::together);
}
inline void wait_at_grid_barrier(Arrival arrival) { host::wait(host::together, arrival); }

inline Gpu gpu() { return {0, host::multiprocessors, host::cooperative_device}; }
inline int64_t most_scratch() { return host::most_scratch; }

template <class... Parameters, class... Arguments>
void launch(const char* op, void (*kernel)(Parameters...), dim3 grid, int threads, size_t shared,
            Arguments... arguments) {
    if (shared > PLAIN_SHARED) host::fail("more than 48 KiB of shared memory that were not asked for");
    const std::tuple<Parameters...> values(arguments...);
    host::run(op, grid, threads, shared, false, [&] { std::apply(kernel, values); });
}

template <class... Parameters>
int64_t resident_blocks(const char*, void (*)(Parameters...), int threads, size_t shared) {
    if (threads > 1024 || shared > MOST_SHARED) host::fail("no device holds such a block");
    return int64_t(host::multiprocessors) * host::blocks_of_multiprocessor;
}

template <class... Parameters, class... Arguments>
void launch_cooperative(const char* op, void (*kernel)(Parameters...), dim3 grid, int threads, size_t shared,
                        Arguments... arguments) {
    if (!host::cooperative_device) host::fail("a cooperative launch on a device that takes none");
    if (int64_t(grid.x) * grid.y * grid.z > resident_blocks(op, kernel, threads, shared)) {
        host::fail("a cooperative grid that the device cannot hold");
    }
    const std::tuple<Parameters...> values(arguments...);
    host::run(op, grid, threads, shared, true, [&] { std::apply(kernel, values); });
}

}  // namespace mhc::cuda

inline void __syncthreads() {
    mhc::cuda::host::meet(*mhc::cuda::host::self->block, 1, [] {});
}

inline float __shfl_xor_sync(unsigned mask, float value, int distance) {
    using namespace mhc::cuda::host;
    if (mask != mhc::cuda::EVERY_LANE) fail("a shuffle that leaves lanes out");
    Warp& w = warp();
    const int lane = self->thread.x % 32;
    w.given[lane] = value;
    meet(w, distance, [&] {
        for (int i = 0; i < 32; i++) w.taken[i] = w.given[i ^ distance];
    });
    return w.taken[lane];
}

inline float __shfl_sync(unsigned mask, float value, int from) {
    using namespace mhc::cuda::host;
    if (mask != mhc::cuda::EVERY_LANE) fail("a shuffle that leaves lanes out");
    Warp& w = warp();
    w.given[self->thread.x % 32] = value;
    meet(w, 100 + from, [&] {
        for (int i = 0; i < 32; i++) w.taken[i] = w.given[from];
    });
    return w.taken[self->thread.x % 32];
}

template <class T>
inline T __ldcg(const T* p) {
    return *p;
}
