// The operations as torch.ops.mhc.*: checks what comes in, allocates what goes out, calls the kernels. The schemas are
// those of the plain TorchScript reference; registration happens when the library is loaded beside a libtorch.
#include "../cuda/cuda.h"
#include "../kernels.h"
#include "boxed.h"

namespace mhc {
namespace {

using torch::Boxed;
using torch::Tensor;
using torch::Type;
using Sizes = std::vector<int64_t>;
using OptionalTensor = std::optional<Tensor>;

std::string text(const Sizes& sizes) {
    std::string all = "[";
    for (size_t i = 0; i < sizes.size(); i++) all += (i ? ", " : "") + std::to_string(sizes[i]);
    return all + "]";
}

[[noreturn]] void refuse(const std::string& what) { throw std::runtime_error("torch.ops.mhc got " + what); }

// A contiguous tensor of exactly this shape and type.
Tensor checked(Tensor&& tensor, const char* name, const Sizes& sizes, Type type = Type::FLOAT) {
    if (tensor.sizes() != sizes) refuse(std::string(name) + text(tensor.sizes()) + ", expected " + text(sizes));
    if (tensor.type() != type) {
        refuse(std::string(name) + " of type " + std::to_string(tensor.type()) + ", expected " + std::to_string(type) +
               (type == Type::FLOAT ? " (float32)" : " (that of h)"));
    }
    return std::move(tensor).contiguous();
}

const float* floats(const Tensor& tensor) { return static_cast<const float*>(tensor.data()); }
float* floats(Tensor& tensor) { return static_cast<float*>(tensor.data()); }

// h [T, n, C], float32 or bfloat16, made contiguous.
struct Streams {
    Tensor h;
    Shape shape;
    int64_t tokens, n, channels, rows;

    explicit Streams(Tensor&& given) : h(std::move(given)) {
        const Sizes sizes = h.sizes();
        if (sizes.size() != 3 || sizes[2] < 1) refuse("h" + text(sizes) + ", expected [tokens, streams, channels]");
        if (sizes[1] < 1 || sizes[1] > MAX_STREAMS) {
            refuse(std::to_string(sizes[1]) + " streams, expected 1 to " + std::to_string(MAX_STREAMS));
        }
        if (sizes[2] > MAX_CHANNELS) {
            refuse(std::to_string(sizes[2]) + " channels, expected at most " + std::to_string(MAX_CHANNELS));
        }
        if (h.type() != Type::FLOAT && h.type() != Type::BFLOAT16) {
            refuse("h of type " + std::to_string(h.type()) + ", expected 6 (float32) or 15 (bfloat16)");
        }
        h = std::move(h).contiguous();
        tokens = sizes[0], n = sizes[1], channels = sizes[2], rows = 2 * n + n * n;
        shape = {tokens, channels, int32_t(n), h.type() == Type::FLOAT ? Dtype::F32 : Dtype::BF16};
    }

    // For results that take the place of h.
    void require_own_memory(const void* given) const {
        if (h.data() != given) refuse("h that is not contiguous, which cannot be overwritten: pass h.contiguous()");
    }

    const Operations& operations() const { return torch::operations_of(h, shape); }
    Tensor empty(const Sizes& sizes) const { return Tensor::empty(sizes, Type::FLOAT, h); }
    Tensor empty_like_h(const Sizes& sizes) const { return Tensor::empty(sizes, h.type(), h); }
};

// The weights of one site and its numbers.
struct Weights {
    Tensor fn, scale, base;
    OptionalTensor norm;
    Site site;

    Weights(const Streams& s, int64_t rows, int64_t scales, Tensor&& given_fn, Tensor&& given_scale,
            Tensor&& given_base, OptionalTensor&& given_norm, int64_t iterations, double norm_eps, double hc_eps,
            double post_mult)
        : fn(checked(std::move(given_fn), "fn", {rows, s.n * s.channels})),
          scale(checked(std::move(given_scale), "scale", {scales})),
          base(checked(std::move(given_base), "base", {rows})) {
        if (given_norm) norm = checked(std::move(*given_norm), "norm_w", {s.channels});
        if (iterations < 1) refuse(std::to_string(iterations) + " Sinkhorn iterations, expected at least 1");
        site = {floats(fn),
                floats(scale),
                floats(base),
                norm ? floats(std::as_const(*norm)) : nullptr,
                int32_t(iterations),
                float(norm_eps),
                float(hc_eps),
                float(post_mult),
                0};
    }
};

std::tuple<Tensor> hc_mix(Tensor h, Tensor fn, double norm_eps, int64_t splits) {
    const Streams s(std::move(h));
    fn = checked(std::move(fn), "fn", {s.rows, s.n * s.channels});
    Tensor mix = s.empty({s.tokens, s.rows});
    Site site{};
    site.fn = floats(std::as_const(fn));
    site.norm_eps = float(norm_eps);
    site.splits = int32_t(splits);
    s.operations().mix(s.shape, s.h.data(), site, floats(mix));
    return {std::move(mix)};
}

std::tuple<Tensor, Tensor, Tensor> hc_coeffs(Tensor mix, Tensor scale, Tensor base, int64_t n, int64_t iterations,
                                             double hc_eps, double post_mult) {
    if (n < 1 || n > MAX_STREAMS) refuse(std::to_string(n) + " streams, expected 1 to " + std::to_string(MAX_STREAMS));
    if (iterations < 1) refuse(std::to_string(iterations) + " Sinkhorn iterations, expected at least 1");
    const int64_t rows = 2 * n + n * n, tokens = mix.sizes().empty() ? 0 : mix.sizes()[0];
    mix = checked(std::move(mix), "mix", {tokens, rows});
    scale = checked(std::move(scale), "scale", {3});
    base = checked(std::move(base), "base", {rows});
    Tensor pre = Tensor::empty({tokens, n}, Type::FLOAT, mix), post = Tensor::empty({tokens, n}, Type::FLOAT, mix);
    Tensor comb = Tensor::empty({tokens, n, n}, Type::FLOAT, mix);
    const Shape shape{tokens, 1, int32_t(n), Dtype::F32};
    const Site site{nullptr,
                    floats(std::as_const(scale)),
                    floats(std::as_const(base)),
                    nullptr,
                    int32_t(iterations),
                    0,
                    float(hc_eps),
                    float(post_mult),
                    0};
    torch::operations_of(mix, shape)
        .coefficients(shape, floats(std::as_const(mix)), site, floats(pre), floats(post), floats(comb));
    return {std::move(pre), std::move(post), std::move(comb)};
}

std::tuple<Tensor> hc_apply_pre(Tensor h, Tensor pre) {
    const Streams s(std::move(h));
    pre = checked(std::move(pre), "pre", {s.tokens, s.n});
    Tensor y = s.empty_like_h({s.tokens, s.channels});
    s.operations().apply_pre(s.shape, s.h.data(), floats(std::as_const(pre)), y.data());
    return {std::move(y)};
}

std::tuple<Tensor, Tensor, Tensor> hc_pre(Tensor h, Tensor fn, Tensor scale, Tensor base, OptionalTensor norm,
                                          int64_t n, int64_t iterations, double norm_eps, double hc_eps,
                                          double post_mult) {
    const Streams s(std::move(h));
    if (n != s.n) refuse("n = " + std::to_string(n) + " with " + std::to_string(s.n) + " streams in h");
    const Weights w(s, s.rows, 3, std::move(fn), std::move(scale), std::move(base), std::move(norm), iterations,
                    norm_eps, hc_eps, post_mult);
    Tensor y = s.empty_like_h({s.tokens, s.channels});
    Tensor post = s.empty({s.tokens, s.n}), comb = s.empty({s.tokens, s.n, s.n});
    s.operations().pre(s.shape, s.h.data(), w.site, y.data(), floats(post), floats(comb));
    return {std::move(y), std::move(post), std::move(comb)};
}

// What a write takes besides the streams.
struct Written {
    Tensor f, post, comb;

    Written(const Streams& s, Tensor&& given_f, Tensor&& given_post, Tensor&& given_comb)
        : f(checked(std::move(given_f), "f", {s.tokens, s.channels}, s.h.type())),
          post(checked(std::move(given_post), "post", {s.tokens, s.n})),
          comb(checked(std::move(given_comb), "comb", {s.tokens, s.n, s.n})) {}
};

std::tuple<Tensor> hc_post(Tensor f, Tensor h, Tensor post, Tensor comb) {
    const Streams s(std::move(h));
    const Written w(s, std::move(f), std::move(post), std::move(comb));
    Tensor out = s.empty_like_h({s.tokens, s.n, s.channels});
    s.operations().post(s.shape, w.f.data(), s.h.data(), floats(w.post), floats(w.comb), out.data());
    return {std::move(out)};
}

// In the memory of h.
std::tuple<Tensor> hc_post_(Tensor f, Tensor h, Tensor post, Tensor comb) {
    const void* given = h.data();
    Streams s(std::move(h));
    s.require_own_memory(given);
    const Written w(s, std::move(f), std::move(post), std::move(comb));
    s.operations().post(s.shape, w.f.data(), s.h.data(), floats(w.post), floats(w.comb), s.h.data());
    return {std::move(s.h)};
}

// One site's post into `out` and the next one's pre.
std::tuple<Tensor, Tensor, Tensor> post_pre_into(void* out, const Streams& s, const Written& w, const Weights& next) {
    Tensor y = s.empty_like_h({s.tokens, s.channels});
    Tensor post = s.empty({s.tokens, s.n}), comb = s.empty({s.tokens, s.n, s.n});
    s.operations().post_pre(s.shape, w.f.data(), s.h.data(), floats(w.post), floats(w.comb), next.site, out, y.data(),
                            floats(post), floats(comb));
    return {std::move(y), std::move(post), std::move(comb)};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> hc_post_pre(Tensor f, Tensor h, Tensor post, Tensor comb, Tensor fn,
                                                       Tensor scale, Tensor base, OptionalTensor norm,
                                                       int64_t iterations, double norm_eps, double hc_eps,
                                                       double post_mult) {
    const Streams s(std::move(h));
    const Written w(s, std::move(f), std::move(post), std::move(comb));
    const Weights next(s, s.rows, 3, std::move(fn), std::move(scale), std::move(base), std::move(norm), iterations,
                       norm_eps, hc_eps, post_mult);
    Tensor out = s.empty_like_h({s.tokens, s.n, s.channels});
    std::tuple<Tensor, Tensor, Tensor> read = post_pre_into(out.data(), s, w, next);
    return std::tuple_cat(std::tuple(std::move(out)), std::move(read));
}

// In the memory of h.
std::tuple<Tensor, Tensor, Tensor, Tensor> hc_post_pre_(Tensor f, Tensor h, Tensor post, Tensor comb, Tensor fn,
                                                        Tensor scale, Tensor base, OptionalTensor norm,
                                                        int64_t iterations, double norm_eps, double hc_eps,
                                                        double post_mult) {
    const void* given = h.data();
    Streams s(std::move(h));
    s.require_own_memory(given);
    const Written w(s, std::move(f), std::move(post), std::move(comb));
    const Weights next(s, s.rows, 3, std::move(fn), std::move(scale), std::move(base), std::move(norm), iterations,
                       norm_eps, hc_eps, post_mult);
    std::tuple<Tensor, Tensor, Tensor> read = post_pre_into(s.h.data(), s, w, next);
    return std::tuple_cat(std::tuple(std::move(s.h)), std::move(read));
}

std::tuple<Tensor> hc_head(Tensor h, Tensor fn, Tensor scale, Tensor base, double norm_eps, double hc_eps) {
    const Streams s(std::move(h));
    const Weights w(s, s.n, 1, std::move(fn), std::move(scale), std::move(base), std::nullopt, 1, norm_eps, hc_eps,
                    1.0);
    Tensor y = s.empty_like_h({s.tokens, s.channels});
    s.operations().head(s.shape, s.h.data(), w.site, y.data());
    return {std::move(y)};
}

std::tuple<Tensor> hc_gain(Tensor combs) {
    const Sizes sizes = combs.sizes();
    if (sizes.size() != 4 || sizes[2] != sizes[3] || sizes[2] < 1 || sizes[2] > MAX_STREAMS) {
        refuse("combs" + text(sizes) + ", expected [sites, tokens, n, n]");
    }
    combs = checked(std::move(combs), "combs", sizes);
    Tensor gains = Tensor::empty({sizes[0], 4}, Type::DOUBLE, combs);
    torch::gain_of(combs)(floats(std::as_const(combs)), sizes[0], sizes[1], int32_t(sizes[2]),
                          static_cast<double*>(gains.data()));
    return {std::move(gains)};
}

// The instruction set taken, an Isa.
std::tuple<int64_t> hc_library() { return {int64_t(cpu_isa())}; }

struct Op {
    const char* name;
    const char* schema;
    void (*boxed)(uint64_t*, uint64_t, uint64_t);
};

constexpr Op OPS[] = {
    {"hc_mix", "(Tensor h, Tensor fn, float norm_eps, int splits=0) -> Tensor", Boxed<hc_mix>::call},
    {"hc_coeffs",
     "(Tensor mix, Tensor scale, Tensor base, int n, int iters, float hc_eps, float post_mult) -> (Tensor, Tensor, "
     "Tensor)",
     Boxed<hc_coeffs>::call},
    {"hc_apply_pre", "(Tensor h, Tensor pre) -> Tensor", Boxed<hc_apply_pre>::call},
    {"hc_pre",
     "(Tensor h, Tensor fn, Tensor scale, Tensor base, Tensor? norm_w, int n, int iters, float norm_eps, float hc_eps,"
     " float post_mult) -> (Tensor, Tensor, Tensor)",
     Boxed<hc_pre>::call},
    {"hc_post", "(Tensor f, Tensor h, Tensor post, Tensor comb) -> Tensor", Boxed<hc_post>::call},
    {"hc_post_", "(Tensor f, Tensor(a!) h, Tensor post, Tensor comb) -> Tensor(a!)", Boxed<hc_post_>::call},
    {"hc_post_pre",
     "(Tensor f, Tensor h, Tensor post, Tensor comb, Tensor fn, Tensor scale, Tensor base, Tensor? norm_w, int iters,"
     " float norm_eps, float hc_eps, float post_mult) -> (Tensor, Tensor, Tensor, Tensor)",
     Boxed<hc_post_pre>::call},
    {"hc_post_pre_",
     "(Tensor f, Tensor(a!) h, Tensor post, Tensor comb, Tensor fn, Tensor scale, Tensor base, Tensor? norm_w, int "
     "iters,"
     " float norm_eps, float hc_eps, float post_mult) -> (Tensor(a!), Tensor, Tensor, Tensor)",
     Boxed<hc_post_pre_>::call},
    {"hc_head", "(Tensor h, Tensor fn, Tensor scale, Tensor base, float norm_eps, float hc_eps) -> Tensor",
     Boxed<hc_head>::call},
    {"hc_gain", "(Tensor combs) -> Tensor", Boxed<hc_gain>::call},
};

constexpr const char* LIBRARY = "hc_library() -> int";

// Whether a copy of this library that was loaded before has registered the operations. A libtorch that cannot say
// refuses the second copy.
bool registered_before() {
    uint64_t isa = 0;
    return torch::shim().call_dispatcher && torch::shim().call_dispatcher("mhc::hc_library", "", &isa) == 0;
}

// Whether the operations are there afterwards.
bool register_ops() {
    const torch::Shim& shim = torch::shim();
    if (!shim.complete() || !cpu_isa_exists()) return false;
    void *definitions = nullptr, *any = nullptr, *cpu = nullptr, *cuda = nullptr;
    // A name space has one owner: this fails if, and only if, there is one.
    if (shim.library_init_def("mhc", __FILE__, __LINE__, &definitions) != 0) return registered_before();
    bool done = shim.library_init_impl("mhc", "CompositeExplicitAutograd", __FILE__, __LINE__, &any) == 0;
    done = done && shim.library_init_impl("mhc", "CPU", __FILE__, __LINE__, &cpu) == 0;
    // Without its CUDA part the library leaves the key alone: the dispatcher then says that there is no such kernel.
    done = done && (!cuda::built() || shim.library_init_impl("mhc", "CUDA", __FILE__, __LINE__, &cuda) == 0);
    done = done && shim.library_def(definitions, LIBRARY) == 0;
    done = done && shim.library_impl(any, "hc_library", Boxed<hc_library>::call) == 0;
    for (const Op& op : OPS) {
        done = done && shim.library_def(definitions, (std::string(op.name) + op.schema).c_str()) == 0;
        done = done && shim.library_impl(cpu, op.name, op.boxed) == 0;
        done = done && (cuda == nullptr || shim.library_impl(cuda, op.name, op.boxed) == 0);
    }
    // The handles live as long as the process.
    return done;
}

const bool registered = register_ops();

}  // namespace
}  // namespace mhc

// What System.load asks: anything but a known version makes it fail, which is what a libtorch without the shim
// deserves.
extern "C" __attribute__((visibility("default"))) int32_t JNI_OnLoad(void*, void*) {
    return mhc::registered ? 0x00010008 : -1;
}

// FusedKernels.cuda(int): 0 if operations run on that CUDA device, -1 if this library has no CUDA part, -2 if this
// libtorch has none, -3 if it gives no memory there, -10 - k if operation k (cuda::Operation) gives other numbers than
// on the CPU, else the error of the CUDA runtime.
extern "C" __attribute__((visibility("default"))) int32_t Java_mhc_model_kernels_FusedKernels_cuda(void*, void*,
                                                                                                   int32_t device) {
    if (!mhc::cuda::built()) return -1;
    void* stream = nullptr;
    if (!mhc::torch::current_cuda_stream(device, &stream)) return -2;
    const int32_t error = mhc::cuda::unusable(device);
    if (error != 0) return error;
    try {
        const mhc::torch::CallOn call(mhc::torch::Device{1, device});
        const auto wrong = mhc::cuda::self_test();
        return wrong == mhc::cuda::Operation::NONE ? 0 : -10 - int32_t(wrong);
    } catch (const mhc::cuda::Error& error) {
        return error.code;
    } catch (const std::exception&) {
        return -3;
    }
}
