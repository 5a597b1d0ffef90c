// The operations on rows as torch.ops.mhc_rows.*, on the CPU alone: checks what comes in, allocates what goes out, calls
// the kernels. The schemas are those of the plain TorchScript reference.
#include "../cpu/rows.h"
#include "boxed.h"

namespace mhc {
namespace {

using torch::Boxed;
using torch::Tensor;
using torch::Type;
using Sizes = std::vector<int64_t>;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("torch.ops.mhc_rows got " + what); }

Dtype dtype_of(const Tensor& x) {
    if (x.type() != Type::FLOAT && x.type() != Type::BFLOAT16) {
        refuse("x of type " + std::to_string(x.type()) + ", expected 6 (float32) or 15 (bfloat16)");
    }
    return x.type() == Type::FLOAT ? Dtype::F32 : Dtype::BF16;
}

const RowOperations& operations_of(const Tensor& x) { return cpu_row_operations(cpu_isa(), dtype_of(x)); }

int64_t product(const Sizes& sizes, size_t dimensions) {
    int64_t all = 1;
    for (size_t i = 0; i < dimensions; i++) all *= sizes[i];
    return all;
}

Rows rows_of(const Sizes& sizes) {
    if (sizes.empty() || sizes.back() < 1) refuse("x without columns");
    return {product(sizes, sizes.size() - 1), sizes.back()};
}

Tensor checked(Tensor&& tensor, const char* name, const Sizes& sizes, Type type) {
    if (tensor.sizes() != sizes) refuse(std::string(name) + " of another shape");
    if (tensor.type() != type) refuse(std::string(name) + " of another type");
    return std::move(tensor).contiguous();
}

// A tensor that is written over.
Tensor owned(Tensor&& tensor, const char* name) {
    const void* given = tensor.data();
    Tensor whole = std::move(tensor).contiguous();
    if (whole.data() != given) refuse(std::string(name) + " that is not contiguous, which cannot be overwritten");
    return whole;
}

const float* floats(const Tensor& tensor) { return static_cast<const float*>(tensor.data()); }

std::tuple<Tensor> rms_normed(Tensor x, Tensor weight, double eps) {
    const Sizes sizes = x.sizes();
    const Rows rows = rows_of(sizes);
    const RowOperations& operations = operations_of(x);
    weight = checked(std::move(weight), "weight", {rows.width}, Type::FLOAT);
    x = std::move(x).contiguous();
    Tensor y = Tensor::empty(sizes, x.type(), x);
    operations.norm(rows, x.data(), floats(weight), float(eps), y.data());
    return {std::move(y)};
}

// In the memory of h.
std::tuple<Tensor, Tensor> add_normed_(Tensor h, Tensor f, Tensor weight, double eps) {
    const Sizes sizes = h.sizes();
    const Rows rows = rows_of(sizes);
    const RowOperations& operations = operations_of(h);
    h = owned(std::move(h), "h");
    f = checked(std::move(f), "f", sizes, h.type());
    weight = checked(std::move(weight), "weight", {rows.width}, Type::FLOAT);
    Tensor y = Tensor::empty(sizes, h.type(), h);
    operations.add_norm(rows, h.data(), f.data(), floats(weight), float(eps), y.data());
    return {std::move(h), std::move(y)};
}

// In the memory of the gate.
std::tuple<Tensor> silu_times_(Tensor gate, Tensor up) {
    const Sizes sizes = gate.sizes();
    const RowOperations& operations = operations_of(gate);
    gate = owned(std::move(gate), "gate");
    up = checked(std::move(up), "up", sizes, gate.type());
    operations.gate(product(sizes, sizes.size()), gate.data(), up.data());
    return {std::move(gate)};
}

// In the memory of x [1, H, T, R], of which the numbers of a head lie side by side; cos, sin [1, 1, T, R].
std::tuple<Tensor> turned_(Tensor x, Tensor cos, Tensor sin, double scale) {
    const Sizes sizes = x.sizes(), strides = x.strides();
    if (sizes.size() != 4 || sizes[0] != 1 || sizes[3] < 2 || sizes[3] % 2 != 0 || strides[3] != 1) {
        refuse("x that is no [1, heads, tokens, width] of an even width, side by side");
    }
    const Sizes angles{1, 1, sizes[2], sizes[3]};
    cos = checked(std::move(cos), "cos", angles, Type::FLOAT);
    sin = checked(std::move(sin), "sin", angles, Type::FLOAT);
    operations_of(x).rotate({sizes[1], sizes[2], sizes[3], strides[1], strides[2]}, x.data(), floats(cos), floats(sin),
                            float(scale));
    return {std::move(x)};
}

struct Op {
    const char* name;
    const char* schema;
    void (*boxed)(uint64_t*, uint64_t, uint64_t);
};

constexpr Op OPS[] = {
    {"rms_normed", "(Tensor x, Tensor weight, float eps) -> Tensor", Boxed<rms_normed>::call},
    {"add_normed_", "(Tensor(a!) h, Tensor f, Tensor weight, float eps) -> (Tensor(a!), Tensor)",
     Boxed<add_normed_>::call},
    {"silu_times_", "(Tensor(a!) gate, Tensor up) -> Tensor(a!)", Boxed<silu_times_>::call},
    {"turned_", "(Tensor(a!) x, Tensor cos, Tensor sin, float scale) -> Tensor(a!)", Boxed<turned_>::call},
};

// Where a copy of this library that was loaded before has registered them, these stay: the library's first part says
// whether that is well.
void register_ops() {
    const torch::Shim& shim = torch::shim();
    void *definitions = nullptr, *cpu = nullptr;
    if (!shim.complete() || !cpu_isa_exists()) return;
    if (shim.library_init_def("mhc_rows", __FILE__, __LINE__, &definitions) != 0) return;
    if (shim.library_init_impl("mhc_rows", "CPU", __FILE__, __LINE__, &cpu) != 0) return;
    for (const Op& op : OPS) {
        if (shim.library_def(definitions, (std::string(op.name) + op.schema).c_str()) != 0) return;
        if (shim.library_impl(cpu, op.name, op.boxed) != 0) return;
    }
}

const bool registered = (register_ops(), true);

}  // namespace
}  // namespace mhc
