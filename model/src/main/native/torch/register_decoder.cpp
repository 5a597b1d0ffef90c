// What a decoder does as torch.ops.mhc_decoder.*, on the CPU alone: checks what comes in, allocates what goes out, calls
// the kernels. The schemas are those of the plain TorchScript reference.
#include <cstring>

#include "../cpu/attention.h"
#include "../cpu/products.h"
#include "../cpu/rows.h"
#include "boxed.h"

namespace mhc {
namespace {

using torch::Boxed;
using torch::Tensor;
using torch::Type;
using Sizes = std::vector<int64_t>;
using OptionalTensor = std::optional<Tensor>;

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("torch.ops.mhc_decoder got " + what); }

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

// A tensor of numbers that lie side by side within a token, or a copy that does.
Tensor side_by_side(Tensor&& tensor) {
    const Sizes strides = tensor.strides();
    return strides.back() == 1 ? std::move(tensor) : std::move(tensor).contiguous();
}

// Of [rows, heads, tokens, ...].
Strides strides_of(const Tensor& tensor) {
    const Sizes strides = tensor.strides();
    return {strides[0], strides[1], strides[2]};
}

void require_floats(const Tensor& tensor, const char* name, size_t dimensions) {
    if (tensor.type() != Type::FLOAT || tensor.sizes().size() != dimensions) {
        refuse(std::string(name) + ", expected float32 in " + std::to_string(dimensions) + " dimensions");
    }
}

// q [B, H, S, D], k and v [B, H, K, D], mask [1 or B, 1, 1 or S, K] -> [B, H, S, D], [B, H, S]; both lie as
// [B, S, H, ...], as the next product wants them.
std::tuple<Tensor, Tensor> attended(Tensor q, Tensor k, Tensor v, OptionalTensor mask, bool causal, double scale) {
    const Dtype dtype = dtype_of(q);
    for (const Tensor* tensor : {&q, &k, &v}) {
        if (tensor->type() != q.type() || tensor->sizes().size() != 4) {
            refuse("q, k or v, expected one type and 4 dimensions");
        }
    }
    const Sizes sizes = q.sizes(), keys = k.sizes();
    if (v.sizes() != keys || keys[0] != sizes[0] || keys[1] != sizes[1] || keys[3] != sizes[3]) {
        refuse("q, k and v of shapes that do not fit");
    }
    q = side_by_side(std::move(q)), k = side_by_side(std::move(k)), v = side_by_side(std::move(v));
    Attended a{};
    a.dtype = dtype;
    a.rows = sizes[0], a.heads = sizes[1], a.queries = sizes[2], a.keys = keys[2], a.width = sizes[3];
    a.q = q.data(), a.k = k.data(), a.v = v.data();
    a.q_strides = strides_of(q), a.k_strides = strides_of(k), a.v_strides = strides_of(v);
    if (mask) {
        require_floats(*mask, "mask", 4);
        const Sizes shape = mask->sizes();
        if ((shape[0] != 1 && shape[0] != a.rows) || shape[1] != 1 || (shape[2] != 1 && shape[2] != a.queries) ||
            shape[3] != a.keys) {
            refuse("mask of a shape that does not fit");
        }
        mask = side_by_side(std::move(*mask));
        a.mask = floats(std::as_const(*mask));
        a.mask_strides = strides_of(*mask);
        if (shape[0] == 1) a.mask_strides.row = 0;
        if (shape[2] == 1) a.mask_strides.token = 0;
    }
    a.causal = causal;
    a.scale = float(scale);
    const int64_t line = a.heads * a.width;
    Tensor o = Tensor::empty_strided(sizes, {a.queries * line, a.width, line, 1}, q.type(), q.device());
    Tensor lse = Tensor::empty_strided({a.rows, a.heads, a.queries}, {a.queries * a.heads, 1, a.heads}, Type::FLOAT,
                                       q.device());
    a.o = o.data();
    a.lse = static_cast<float*>(lse.data());
    if (a.rows * a.heads * a.queries > 0 && a.keys > 0) cpu_attention_operations(cpu_isa()).attend(a);
    return {std::move(o), std::move(lse)};
}

// In the memory of o [S, H, D] and lse [S, H].
std::tuple<Tensor> merge_(Tensor o, Tensor lse, Tensor other, Tensor other_lse) {
    const Sizes sizes = o.sizes(), steps = o.strides(), lse_steps = lse.strides();
    require_floats(o, "o", 3);
    require_floats(lse, "lse", 2);
    if (steps[2] != 1) refuse("o whose numbers do not lie side by side, which cannot be overwritten");
    other = checked(std::move(other), "other", sizes, Type::FLOAT);
    other_lse = checked(std::move(other_lse), "other lse", {sizes[0], sizes[1]}, Type::FLOAT);
    if (lse.sizes() != other_lse.sizes()) refuse("lse of another shape");
    cpu_attention_operations(cpu_isa())
        .merge({sizes[0], sizes[1], sizes[2], static_cast<float*>(o.data()), static_cast<float*>(lse.data()),
                {0, steps[1], steps[0]}, {0, lse_steps[1], lse_steps[0]}, floats(other), floats(other_lse)});
    return {std::move(o)};
}

// In the memory of rows [T, H, K, D]: part [T, H, 1, D] becomes token lengths[t] of row t.
std::tuple<Tensor> write_tokens_(Tensor rows, Tensor part, Tensor lengths) {
    const Sizes sizes = rows.sizes(), steps = rows.strides();
    const int64_t bytes = dtype_of(rows) == Dtype::F32 ? 4 : 2;
    if (sizes.size() != 4 || steps[3] != 1) refuse("rows that are no [T, H, K, D], side by side");
    if (part.type() != rows.type() || part.sizes() != Sizes{sizes[0], sizes[1], 1, sizes[3]}) {
        refuse("part of another type or shape");
    }
    part = side_by_side(std::move(part));
    lengths = checked(std::move(lengths), "lengths", {sizes[0]}, Type::LONG);
    const Strides from = strides_of(part);
    const int64_t* at = static_cast<const int64_t*>(lengths.data());
    for (int64_t row = 0; row < sizes[0]; row++) {
        if (at[row] < 0 || at[row] >= sizes[2]) refuse("lengths beyond the rows");
        for (int64_t head = 0; head < sizes[1]; head++) {
            std::memcpy(static_cast<char*>(rows.data()) + (row * steps[0] + head * steps[1] + at[row] * steps[2]) * bytes,
                        static_cast<const char*>(part.data()) + (row * from.row + head * from.head) * bytes,
                        size_t(sizes[3] * bytes));
        }
    }
    return {std::move(rows)};
}

// matrix [N, K] in panels [N / P (rounded up), K + 1, P]
std::tuple<Tensor> panels(Tensor matrix) {
    const Sizes sizes = matrix.sizes();
    const Dtype dtype = dtype_of(matrix);
    if (sizes.size() != 2 || sizes[1] < 1) refuse("a matrix of other than two dimensions, or without columns");
    const ProductOperations& operations = cpu_product_operations(cpu_isa(), dtype);
    const int64_t columns = operations.panel_columns;
    matrix = std::move(matrix).contiguous();
    const int64_t count = (sizes[0] + columns - 1) / columns;
    Tensor packed = Tensor::empty({count, sizes[1] + 1, columns}, matrix.type(), matrix);
    operations.pack(sizes[0], sizes[1], matrix.data(), packed.data());
    return {std::move(packed)};
}

// x [..., K], panels of [N, K], bias [N] -> [..., N]
std::tuple<Tensor> panel_product(Tensor x, Tensor panels, OptionalTensor bias) {
    const Dtype dtype = dtype_of(x);
    const ProductOperations& operations = cpu_product_operations(cpu_isa(), dtype);
    const Sizes shape = panels.sizes();
    Sizes sizes = x.sizes();
    if (shape.size() != 3 || shape[2] != operations.panel_columns || panels.type() != x.type()) {
        refuse("panels that are not of this processor or of another type than x");
    }
    const int64_t inner = shape[1] - 1;
    if (sizes.empty() || sizes.back() != inner) refuse("x that has another number of columns than the matrix");
    x = std::move(x).contiguous();
    panels = std::move(panels).contiguous();
    Product p{};
    p.rows = product(sizes, sizes.size() - 1), p.inner = inner;
    p.panels = panels.data();
    p.columns = operations.columns(shape[0], inner, p.panels);
    if (bias) {
        bias = checked(std::move(*bias), "bias", {p.columns}, x.type());
        p.bias = bias->data();
    }
    if (dtype == Dtype::BF16) {
        Tensor wide = Tensor::empty(sizes, Type::FLOAT, x);
        operations.widen(p.rows * p.inner, x.data(), static_cast<float*>(wide.data()));
        x = std::move(wide);
    }
    p.x = floats(std::as_const(x));
    sizes.back() = p.columns;
    Tensor y = Tensor::empty(sizes, panels.type(), panels);
    p.y = y.data();
    operations.multiply(p);
    return {std::move(y)};
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
    {"attended",
     "(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, float scale) -> (Tensor, Tensor)",
     Boxed<attended>::call},
    {"write_tokens_", "(Tensor(a!) rows, Tensor part, Tensor lengths) -> Tensor(a!)", Boxed<write_tokens_>::call},
    {"merge_", "(Tensor(a!) o, Tensor(b!) lse, Tensor other, Tensor other_lse) -> Tensor(a!)", Boxed<merge_>::call},
    {"panels", "(Tensor matrix) -> Tensor", Boxed<panels>::call},
    {"panel_product", "(Tensor x, Tensor panels, Tensor? bias) -> Tensor", Boxed<panel_product>::call},
    {"turned_", "(Tensor(a!) x, Tensor cos, Tensor sin, float scale) -> Tensor(a!)", Boxed<turned_>::call},
};

// Where a copy of this library that was loaded before has registered them, these stay: the library's first part says
// whether that is well.
void register_ops() {
    const torch::Shim& shim = torch::shim();
    void *definitions = nullptr, *cpu = nullptr;
    if (!shim.complete() || !cpu_isa_exists()) return;
    if (shim.library_init_def("mhc_decoder", __FILE__, __LINE__, &definitions) != 0) return;
    if (shim.library_init_impl("mhc_decoder", "CPU", __FILE__, __LINE__, &cpu) != 0) return;
    for (const Op& op : OPS) {
        if (shim.library_def(definitions, (std::string(op.name) + op.schema).c_str()) != 0) return;
        if (shim.library_impl(cpu, op.name, op.boxed) != 0) return;
    }
}

const bool registered = (register_ops(), true);

}  // namespace
}  // namespace mhc
