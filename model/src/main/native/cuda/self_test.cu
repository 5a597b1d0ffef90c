// Every operation once on the device against the CPU's, before a model relies on it. It also loads the kernels: the
// runtime would else load each at its first launch, which a graph that is being captured does not survive.
#include <cmath>
#include <cstring>
#include <vector>

#include "device.cuh"

namespace mhc::cuda {
namespace {

constexpr int64_t CHANNELS = 264;  // a group of chunks, and a part of one
constexpr int ITERATIONS = 20;
constexpr double COEFFICIENTS_OFF = 2e-5, FP32_OFF = 1e-4, BF16_OFF = 0x1p-5;

using Bytes = std::vector<unsigned char>;
using Floats = std::vector<float>;

// Numbers in [-1, 1), the same ones always.
class Numbers {
public:
    Floats next(int64_t count, float scale) {
        Floats values(count);
        for (float& value : values) {
            state_ = state_ * 1664525 + 1013904223;
            value = (float(state_ >> 8) / float(1 << 23) - 1) * scale;
        }
        return values;
    }

private:
    uint32_t state_ = 1;
};

Bytes stored(const Floats& values, Dtype dtype) {
    Bytes bytes(values.size() * (dtype == Dtype::F32 ? 4 : 2));
    for (size_t i = 0; i < values.size(); i++) {
        uint32_t bits;
        std::memcpy(&bits, &values[i], sizeof bits);
        const uint16_t half = uint16_t(bits >> 16);
        dtype == Dtype::F32 ? std::memcpy(&bytes[i * 4], &bits, 4) : std::memcpy(&bytes[i * 2], &half, 2);
    }
    return bytes;
}

Floats widened(const Bytes& bytes, Dtype dtype) {
    Floats values(bytes.size() / (dtype == Dtype::F32 ? 4 : 2));
    for (size_t i = 0; i < values.size(); i++) {
        uint32_t bits = 0;
        dtype == Dtype::F32 ? std::memcpy(&bits, &bytes[i * 4], 4)
                            : std::memcpy(reinterpret_cast<unsigned char*>(&bits) + 2, &bytes[i * 2], 2);
        std::memcpy(&values[i], &bits, sizeof bits);
    }
    return values;
}

// A buffer on both sides: what goes in is copied to the device when it is made, what comes out when it is compared.
template <class T>
struct Both {
    std::vector<T> host;
    T* device;

    explicit Both(std::vector<T> values) : host(std::move(values)) {
        device = static_cast<T*>(allocate(int64_t(host.size() * sizeof(T))));
        copy_in(device, host.data(), host.size() * sizeof(T));
    }
    explicit Both(int64_t count) : Both(std::vector<T>(count)) {}

    std::vector<T> computed() const {
        std::vector<T> values(host.size());
        copy_out(values.data(), device, values.size() * sizeof(T));
        return values;
    }
};

template <class T>
bool near(const std::vector<T>& got, const std::vector<T>& expected, double off) {
    for (size_t i = 0; i < expected.size(); i++) {
        const double error = std::fabs(double(got[i]) - double(expected[i]));
        if (!(error <= off * std::fmax(1, std::fabs(double(expected[i]))))) return false;
    }
    return true;
}

template <class T>
bool near(const Both<T>& values, double off) {
    return near(values.computed(), values.host, off);
}

bool near(const Both<unsigned char>& streams, Dtype dtype) {
    return near(widened(streams.computed(), dtype), widened(streams.host, dtype),
                dtype == Dtype::F32 ? FP32_OFF : BF16_OFF);
}

// All operations for one number of streams and type; the device's work on what the CPU's before them gave.
Operation wrong_of(int64_t tokens, int n, Dtype dtype) {
    const Shape shape{tokens, CHANNELS, n, dtype};
    const int64_t rows = 2 * n + n * n, size = dtype == Dtype::F32 ? 4 : 2, length = n * CHANNELS;
    const Operations &cpu = cpu_operations(cpu_isa(), shape), &gpu = operations(shape);
    Numbers numbers;
    const Both<unsigned char> h(stored(numbers.next(tokens * length, 2), dtype));
    const Both<unsigned char> f(stored(numbers.next(tokens * CHANNELS, 2), dtype));
    const Both<float> fn(numbers.next(rows * length, 2 / std::sqrt(float(length)))), base(numbers.next(rows, 3)),
        scale(numbers.next(3, 2)), norm(numbers.next(CHANNELS, 2));
    const Site on_cpu{
        fn.host.data(), scale.host.data(), base.host.data(), norm.host.data(), ITERATIONS, 1e-5f, 1e-6f, 2, 0};
    Site on_gpu = on_cpu;
    on_gpu.fn = fn.device, on_gpu.scale = scale.device, on_gpu.base = base.device, on_gpu.norm = norm.device;

    Both<float> mix(tokens * rows), pre(tokens * n), post(tokens * n), comb(tokens * n * n), next_post(tokens * n),
        next_comb(tokens * n * n);
    Both<unsigned char> y(tokens * CHANNELS * size), out(tokens * length * size);
    cpu.mix(shape, h.host.data(), on_cpu, mix.host.data());
    gpu.mix(shape, h.device, on_gpu, mix.device);
    if (!near(mix, COEFFICIENTS_OFF)) return Operation::MIX;
    for (const float eps : {0.0f, 1e-6f}) {
        Site cpu_site = on_cpu, gpu_site = on_gpu;
        cpu_site.hc_eps = gpu_site.hc_eps = eps;
        const Both<float> given(mix.host);
        cpu.coefficients(shape, mix.host.data(), cpu_site, pre.host.data(), post.host.data(), comb.host.data());
        gpu.coefficients(shape, given.device, gpu_site, pre.device, post.device, comb.device);
        if (!near(pre, COEFFICIENTS_OFF) || !near(post, COEFFICIENTS_OFF) || !near(comb, COEFFICIENTS_OFF)) {
            return Operation::COEFFICIENTS;
        }
    }
    const Both<float> given_pre(pre.host), given_post(post.host), given_comb(comb.host);
    cpu.apply_pre(shape, h.host.data(), pre.host.data(), y.host.data());
    gpu.apply_pre(shape, h.device, given_pre.device, y.device);
    if (!near(y, dtype)) return Operation::APPLY_PRE;
    cpu.pre(shape, h.host.data(), on_cpu, y.host.data(), next_post.host.data(), next_comb.host.data());
    gpu.pre(shape, h.device, on_gpu, y.device, next_post.device, next_comb.device);
    if (!near(y, dtype) || !near(next_post, COEFFICIENTS_OFF) || !near(next_comb, COEFFICIENTS_OFF)) {
        return Operation::PRE;
    }
    cpu.post(shape, f.host.data(), h.host.data(), post.host.data(), comb.host.data(), out.host.data());
    gpu.post(shape, f.device, h.device, given_post.device, given_comb.device, out.device);
    if (!near(out, dtype)) return Operation::POST;
    cpu.post_pre(shape, f.host.data(), h.host.data(), post.host.data(), comb.host.data(), on_cpu, out.host.data(),
                 y.host.data(), next_post.host.data(), next_comb.host.data());
    gpu.post_pre(shape, f.device, h.device, given_post.device, given_comb.device, on_gpu, out.device, y.device,
                 next_post.device, next_comb.device);
    if (!near(out, dtype) || !near(y, dtype) || !near(next_post, COEFFICIENTS_OFF) ||
        !near(next_comb, COEFFICIENTS_OFF)) {
        return Operation::POST_PRE;
    }
    Site cpu_head = on_cpu, gpu_head = on_gpu;
    cpu_head.norm = gpu_head.norm = nullptr;
    cpu.head(shape, h.host.data(), cpu_head, y.host.data());
    gpu.head(shape, h.device, gpu_head, y.device);
    return near(y, dtype) ? Operation::NONE : Operation::HEAD;
}

Operation wrong_gain() {
    const int64_t sites = 2, tokens = 40, n = 4;
    Numbers numbers;
    const Both<float> combs(numbers.next(sites * tokens * n * n, 1));
    Both<double> gains(sites * 4);
    mhc::gain(combs.host.data(), sites, tokens, n, gains.host.data());
    gain(combs.device, sites, tokens, n, gains.device);
    return near(gains, 1e-9) ? Operation::NONE : Operation::GAIN;
}

}  // namespace

Operation self_test() {
    for (const int64_t tokens : {int64_t(3), int64_t(40)}) {
        for (const int n : {4, 1, 2, 8, 3}) {
            for (const Dtype dtype : {Dtype::BF16, Dtype::F32}) {
                const Operation wrong = wrong_of(tokens, n, dtype);
                if (wrong != Operation::NONE) return wrong;
            }
        }
    }
    return wrong_gain();
}

}  // namespace mhc::cuda
