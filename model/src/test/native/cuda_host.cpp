#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "../../main/native/cuda/device.cuh"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace mhc::cuda {
namespace host {

Fiber* self = nullptr;
dim3 block_dim, grid_dim;
Gathering together;
bool cooperative = false, backwards = false, cooperative_device = true;
std::vector<Block>* running_blocks = nullptr;
size_t shared_bytes = 0;
int multiprocessors = 4, blocks_of_multiprocessor = 8;
int64_t most_scratch = 64 << 20, copies_until_damage = -1;
int64_t launches = 0, cooperative_launches = 0;
std::vector<Launched> launched;

namespace {

// With 208 bytes more than a power of two, stacks do not all lie on the same lines of a cache.
constexpr size_t STACK = (64 << 10) + 208;
constexpr size_t GUARD = 256;

const char* running = "";
const std::function<void()>* body = nullptr;
std::vector<std::unique_ptr<unsigned char[]>> stacks;

}  // namespace

void fail(const char* what) {
    std::fprintf(stderr, "FAILED %s on the host runtime: %s", running, what);
    if (self != nullptr) {
        std::fprintf(stderr, " (block %u, %u, %u, thread %u)", blockIdx.x, blockIdx.y, blockIdx.z, threadIdx.x);
    }
    std::fprintf(stderr, "\n");
    std::_Exit(1);
}

}  // namespace host

namespace host {

#ifdef __x86_64__

// Saves the registers that a call keeps, takes the other stack, and returns there.
extern "C" void mhc_switch_stacks(void** from, void* to);
asm(R"(
.text
.globl mhc_switch_stacks
.type mhc_switch_stacks, @function
mhc_switch_stacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size mhc_switch_stacks, .-mhc_switch_stacks
)");

namespace {

void* scheduler = nullptr;

void* prepared(unsigned char* stack, void (*entry)()) {
    // Seven words: six registers and where to return to, at an address that a call would have left.
    uintptr_t top = (reinterpret_cast<uintptr_t>(stack) + STACK) / 16 * 16 - 8;
    void** words = reinterpret_cast<void**>(top) - 7;
    for (int i = 0; i < 6; i++) words[i] = nullptr;
    words[6] = reinterpret_cast<void*>(entry);
    return words;
}

void jump(void** from, void* to) { mhc_switch_stacks(from, to); }

}  // namespace

#else

namespace {

ucontext_t scheduler_context;
void* scheduler = &scheduler_context;

void* prepared(unsigned char* stack, void (*entry)()) {
    ucontext_t* context = new ucontext_t;  // as long-lived as the process
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = STACK;
    context->uc_link = nullptr;
    makecontext(context, entry, 0);
    return context;
}

void jump(void** from, void* to) { swapcontext(static_cast<ucontext_t*>(*from), static_cast<ucontext_t*>(to)); }

}  // namespace

#endif

namespace {

#if SANITIZED
const void* scheduler_stack = nullptr;
size_t scheduler_size = 0;
#endif

// Back to whoever runs the fibers.
void leave_fiber() {
    Fiber* fiber = self;
#if SANITIZED
    __sanitizer_start_switch_fiber(fiber->done ? nullptr : &fiber->fake_stack, scheduler_stack, scheduler_size);
#endif
    jump(&fiber->stack_pointer, scheduler);
#if SANITIZED
    __sanitizer_finish_switch_fiber(fiber->fake_stack, &scheduler_stack, &scheduler_size);
#endif
}

void enter_fiber(Fiber& fiber) {
    self = &fiber;
#if SANITIZED
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, fiber.stack, STACK);
#endif
    jump(&scheduler, fiber.stack_pointer);
#if SANITIZED
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
    self = nullptr;
}

void fiber_main() {
#if SANITIZED
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_stack, &scheduler_size);
#endif
    (*body)();
    if (self->pending()) fail("a thread ended before its copies arrived");
    self->done = true;
    leave_fiber();
}

// Runs all fibers to their end.
void run_fibers(std::vector<Fiber>& fibers) {
    while (stacks.size() < fibers.size()) stacks.emplace_back(new unsigned char[STACK]);
    for (size_t i = 0; i < fibers.size(); i++) {
        fibers[i].stack = stacks[i].get();
#if SANITIZED
        // A fiber that was here before never left its last frames.
        __asan_unpoison_memory_region(fibers[i].stack, STACK);
#endif
        fibers[i].stack_pointer = prepared(fibers[i].stack, fiber_main);
        fibers[i].waits_for = nullptr;
        fibers[i].done = false;
    }
    size_t left = fibers.size();
    while (left > 0) {
        bool moved = false;
        // One warp as far as it comes, then the next.
        for (size_t first = 0; first < fibers.size(); first += 32) {
            const size_t end = std::min(first + 32, fibers.size());
            for (bool again = true; again;) {
                again = false;
                for (size_t i = first; i < end; i++) {
                    Fiber& fiber = fibers[backwards ? fibers.size() - 1 - i : i];
                    if (fiber.done || (fiber.waits_for && fiber.waits_for->generation == fiber.generation)) continue;
                    fiber.waits_for = nullptr;
                    moved = again = true;
                    enter_fiber(fiber);
                    if (fiber.done) left--;
                }
            }
        }
        if (!moved) fail("threads wait for others that do not come");
    }
}

}  // namespace

void meet(Gathering& gathering, int kind, const std::function<void()>& all) {
    if (gathering.arrived == 0) gathering.kind = kind;
    if (gathering.kind != kind) fail("threads of one warp or block wait for different things");
    if (++gathering.arrived == gathering.size) {
        all();
        gathering.arrived = 0;
        gathering.generation++;
        return;
    }
    self->waits_for = &gathering;
    self->generation = gathering.generation;
    leave_fiber();
}

uint64_t arrive(Gathering& gathering) {
    if (gathering.arrived == 0) gathering.kind = 1;
    const uint64_t before = gathering.generation;
    if (++gathering.arrived == gathering.size) {
        gathering.arrived = 0;
        gathering.generation++;
    }
    return before;
}

void wait(Gathering& gathering, uint64_t arrival) {
    if (gathering.generation != arrival) return;
    self->waits_for = &gathering;
    self->generation = arrival;
    leave_fiber();
}

void run(const char* op, dim3 dim, int threads, size_t shared, bool at_once, const std::function<void()>& kernel) {
    running = op;
    if (dim.x == 0 || dim.y == 0 || dim.z == 0 || dim.x > 0x7fffffff || dim.y > 65535 || dim.z > 65535 || threads < 1 ||
        threads > 1024) {
        fail("no device takes such a grid");
    }
    (at_once ? cooperative_launches : launches)++;
    launched.push_back({dim.x, dim.y, dim.z, threads, at_once});
    body = &kernel;
    block_dim = dim3(unsigned(threads));
    grid_dim = dim;
    cooperative = at_once;
    const int64_t count = int64_t(dim.x) * dim.y * dim.z, resident = at_once ? count : 1;
    together = {};
    together.size = int(resident * threads);
    std::vector<Block> blocks(resident);
    std::vector<Fiber> fibers(resident * threads);
    std::vector<std::unique_ptr<unsigned char[]>> memory(resident);
    running_blocks = &blocks;
    shared_bytes = shared;
    const size_t bytes = shared + (SANITIZED ? 0 : GUARD);
    for (int64_t b = 0; b < resident; b++) {
        blocks[b].size = threads;
        blocks[b].warps.resize((threads + 31) / 32);
        for (Warp& warp : blocks[b].warps) warp.size = 32;
        memory[b].reset(new unsigned char[bytes]);
        blocks[b].shared = memory[b].get();
        for (int t = 0; t < threads; t++) {
            fibers[b * threads + t].thread = {unsigned(t), 0, 0};
            fibers[b * threads + t].block = &blocks[b];
        }
    }
    for (int64_t first = 0; first < count; first += resident) {
        for (int64_t b = 0; b < resident; b++) {
            const int64_t number = backwards ? count - 1 - first - b : first + b;
            blocks[b].index = {unsigned(number % dim.x), unsigned(number / dim.x % dim.y),
                               unsigned(number / dim.x / dim.y)};
            std::memset(memory[b].get(), 0xff, bytes);
        }
        run_fibers(fibers);
        for (int64_t b = 0; b < resident && !SANITIZED; b++) {
            for (size_t i = 0; i < GUARD; i++) {
                if (memory[b][shared + i] != 0xff) fail("a write behind shared memory");
            }
        }
    }
}

namespace {

// c += a b over K values. Products are exact and their sum is cut, not rounded, to fp32: no better than any tensor
// core.
template <int K>
void add_products(Warp& warp, const double (&a)[16][K], const double (&b)[K][8]) {
    for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
            const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
            double exact = double(warp.products[lane].c[i]);
            for (int k = 0; k < K; k++) exact += a[row][k] * b[k][column];
            const float near = float(exact);
            const bool beyond_exact = std::isfinite(near) && std::fabs(double(near)) > std::fabs(exact);
            // The float before is one bit less.
            warp.products[lane].c[i] = beyond_exact ? as_float(as_bits(near) - 1) : near;
        }
    }
}

}  // namespace

void multiply_tf32(Warp& warp) {
    double a[16][8], b[8][8];
    uint32_t beyond = 0;
    for (int lane = 0; lane < 32; lane++) {
        const int g = lane / 4, q = lane % 4;
        const Product& product = warp.products[lane];
        for (int i = 0; i < 4; i++) {
            beyond |= product.a[i];
            a[g + i % 2 * 8][q + i / 2 * 4] = double(as_float(product.a[i]));
        }
        for (int i = 0; i < 2; i++) {
            beyond |= product.b[i];
            b[q + i * 4][g] = double(as_float(product.b[i]));
        }
    }
    if (beyond & 0x1fff) fail("a value that is not tf32");
    add_products(warp, a, b);
}

void multiply_bf16(Warp& warp) {
    double a[16][16], b[16][8];
    for (int lane = 0; lane < 32; lane++) {
        const int g = lane / 4, q = lane % 4;
        const Product& product = warp.products[lane];
        // The first of a word's two values lies lower.
        for (int half = 0; half < 2; half++) {
            auto value = [&](uint32_t word) { return double(as_float(half ? word & 0xffff0000u : word << 16)); };
            for (int i = 0; i < 4; i++) a[g + i % 2 * 8][2 * q + i / 2 * 8 + half] = value(product.a[i]);
            for (int i = 0; i < 2; i++) b[2 * q + i * 8 + half][g] = value(product.b[i]);
        }
    }
    add_products(warp, a, b);
}

namespace {

// Rounded to nearest even.
uint32_t bf16_of(uint64_t word) {
    const uint32_t bits = uint32_t(word);
    return (bits & 0x7fffffff) > 0x7f800000 ? 0x7fffu : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

void set(const Operand& operand, uint32_t bits) { std::memcpy(operand.variable, &bits, sizeof bits); }

void store_vector(void* global, uint4 value) {
    if (reinterpret_cast<uintptr_t>(global) % 16) fail("a store of 16 bytes is not aligned");
    const unsigned char* p = static_cast<unsigned char*>(global);
    for (const Block& block : *running_blocks) {
        if (p >= block.shared && p < block.shared + shared_bytes) fail("a global store to shared memory");
    }
    *static_cast<uint4*>(global) = value;
}

}  // namespace

// %2 is operand 2; those of a register vector stand in braces, an address in brackets.
Instruction::Instruction(const char* text) {
    const std::string whole = text;
    const size_t name = whole.find(' ');
    const std::map<std::string, std::pair<Code, std::string>> known = {
        {"cvt.rn.bf16x2.f32", {Code::PACK, "r,r,r;"}},
        {"st.global.v4.b32", {Code::STORE, "[r],{r,r,r,r};"}},
        {"rcp.approx.ftz.f32", {Code::RECIPROCAL, "r,r;"}},
        {"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
         {Code::MULTIPLY_TF32, "{r,r,r,r},{r,r,r,r},{r,r},{r,r,r,r};"}},
        {"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
         {Code::MULTIPLY_BF16, "{r,r,r,r},{r,r,r,r},{r,r},{r,r,r,r};"}}};
    const auto found = known.find(whole.substr(0, name));
    if (found == known.end()) fail("an instruction that it does not know");
    code_ = found->second.first;
    std::string form;
    bool vector = false;
    for (size_t at = name; at < whole.size(); at++) {
        if (whole[at] == ' ') continue;
        if (whole[at] == '%') {
            size_t digits = 0;
            const int operand = std::stoi(whole.substr(at + 1), &digits);
            at += digits;
            if (!vector || form.back() == '{') places_.emplace_back();
            places_.back().push_back(operand);
            form += 'r';
            continue;
        }
        if (whole[at] == '{' || whole[at] == '}') vector = whole[at] == '{';
        form += whole[at];
    }
    if (form != found->second.second) fail("an instruction with other operands than it has");
}

void Instruction::execute(std::initializer_list<Operand> operands) const {
    const Operand* given = operands.begin();
    auto at = [&](int place, int i = 0) -> const Operand& { return given[places_[place][i]]; };
    switch (code_) {
        // The second source comes to lie lower.
        case Code::PACK: set(at(0), bf16_of(at(1).bits) << 16 | bf16_of(at(2).bits)); break;
        case Code::STORE:
            store_vector(
                reinterpret_cast<void*>(uintptr_t(at(0).bits)),
                {uint32_t(at(1, 0).bits), uint32_t(at(1, 1).bits), uint32_t(at(1, 2).bits), uint32_t(at(1, 3).bits)});
            break;
        // Some units off, as no device's estimate would be: the step after it must mend that.
        case Code::RECIPROCAL: set(at(0), as_bits(1 / as_float(uint32_t(at(1).bits))) + 16); break;
        case Code::MULTIPLY_TF32:
        case Code::MULTIPLY_BF16: {
            Warp& w = warp();
            Product& product = w.products[self->thread.x % 32];
            for (int i = 0; i < 4; i++) {
                product.a[i] = uint32_t(at(1, i).bits);
                product.c[i] = as_float(uint32_t(at(3, i).bits));
            }
            for (int i = 0; i < 2; i++) product.b[i] = uint32_t(at(2, i).bits);
            if (code_ == Code::MULTIPLY_TF32) {
                meet(w, 1000, [&] { multiply_tf32(w); });
            } else {
                meet(w, 1001, [&] { multiply_bf16(w); });
            }
            for (int i = 0; i < 4; i++) set(at(0, i), as_bits(product.c[i]));
            break;
        }
    }
}

}  // namespace host

namespace {

std::vector<std::unique_ptr<unsigned char[]>> allocated;

}  // namespace

void* allocate(int64_t bytes) {
    allocated.emplace_back(new unsigned char[size_t(bytes)]);
    std::memset(allocated.back().get(), 0xff, size_t(bytes));
    return allocated.back().get();
}

void copy_in(void* device, const void* host, size_t bytes) { std::memcpy(device, host, bytes); }
void copy_out(void* host, const void* device, size_t bytes) {
    std::memcpy(host, device, bytes);
    if (host::copies_until_damage-- == 0) static_cast<unsigned char*>(host)[bytes - 1] ^= 0x40;
}

// A call of the test's own; what it allocated goes with it.
int32_t enter(const Call&) { return 0; }
void leave(int32_t) { allocated.clear(); }
int32_t unusable(int32_t) { return 0; }

}  // namespace mhc::cuda
