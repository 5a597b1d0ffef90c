// Random sites, what the reference makes of them, and how far off a kernel may be. Buffers are exactly as long as
// promised, so that the address sanitizer sees a step beyond.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "reference.h"

namespace mhc {

inline int checks = 0, failures = 0;
inline std::string context;

inline void expect(bool holds, const char* what, double value = 0, double limit = 0) {
    checks++;
    if (holds) return;
    failures++;
    std::fprintf(stderr, "FAILED %s: %s (%.3g, limit %.3g)\n", context.c_str(), what, value, limit);
}

// Memory whose last page is followed by one that cannot be read: a step beyond it ends the test even without the
// sanitizers. Aligned to 16 bytes, so that of lengths that are not multiples of them a few bytes behind can be read.
template <class T>
struct Guarded {
    using value_type = T;

    Guarded() = default;
    template <class U>
    Guarded(const Guarded<U>&) {}

    T* allocate(size_t count) {
        const size_t bytes = (count * sizeof(T) + 15) / 16 * 16, page = size_t(sysconf(_SC_PAGESIZE));
        void* memory = mmap(nullptr, whole(bytes) + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        unsigned char* end = static_cast<unsigned char*>(memory) + whole(bytes);
        mprotect(end, page, PROT_NONE);
        return reinterpret_cast<T*>(end - bytes);
    }
    void deallocate(T* values, size_t count) {
        const size_t bytes = (count * sizeof(T) + 15) / 16 * 16, page = size_t(sysconf(_SC_PAGESIZE));
        munmap(reinterpret_cast<unsigned char*>(values) + bytes - whole(bytes), whole(bytes) + page);
    }
    bool operator==(const Guarded&) const { return true; }
    bool operator!=(const Guarded&) const { return false; }

private:
    static size_t whole(size_t bytes) {
        const size_t page = size_t(sysconf(_SC_PAGESIZE));
        return (bytes + page - 1) / page * page;
    }
};

class Random {
public:
    explicit Random(uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
    // Sum of uniforms: near enough to a normal number.
    float normal() {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
            sum += double(state_ >> 11) / double(1ull << 53);
        }
        return float(sum);
    }
    std::vector<float> normal(int64_t count, double scale) {
        std::vector<float> values(count);
        for (float& value : values) value = float(normal() * scale);
        return values;
    }

private:
    uint64_t state_;
};

// fp32 or bf16 numbers as kernels see them, and as doubles.
struct Stored {
    Dtype dtype;
    std::vector<float> wide;
    std::vector<uint16_t> narrow;

    Stored(Dtype dtype, int64_t count) : dtype(dtype) {
        dtype == Dtype::F32 ? wide.resize(count) : narrow.resize(count);
    }
    Stored(Dtype dtype, const std::vector<float>& values) : Stored(dtype, int64_t(values.size())) {
        for (size_t i = 0; i < values.size(); i++) {
            uint32_t bits;
            std::memcpy(&bits, &values[i], sizeof bits);
            dtype == Dtype::F32 ? void(wide[i] = values[i]) : void(narrow[i] = uint16_t(bits >> 16));
        }
    }
    void* data() { return dtype == Dtype::F32 ? static_cast<void*>(wide.data()) : narrow.data(); }
    reference::Values doubles() const {
        reference::Values values(wide.begin(), wide.end());
        for (uint16_t half : narrow) {
            const uint32_t bits = uint32_t(half) << 16;
            float value;
            std::memcpy(&value, &bits, sizeof value);
            values.push_back(double(value));
        }
        return values;
    }
    bool operator==(const Stored& other) const { return wide == other.wide && narrow == other.narrow; }
};

template <class T>
double worst(const std::vector<T>& got, const reference::Values& expected) {
    double worst = 0;
    for (size_t i = 0; i < expected.size(); i++) {
        const double error = std::fabs(double(got[i]) - expected[i]) / std::fmax(1, std::fabs(expected[i]));
        worst = error <= worst ? worst : std::isfinite(error) ? error : 1e30;
    }
    return worst;
}

inline void close(const char* what, double error, double limit) { expect(error <= limit, what, error, limit); }

struct Settings {
    double logits = 3, size = 1;
    int iterations = 20;
    float norm_eps = 1e-5f, hc_eps = 1e-6f, post_mult = 2;
};

// One site with everything that goes in and out of it.
struct Fixture {
    Shape shape;
    int64_t tokens, channels, length;
    int n, rows;
    std::vector<float, Guarded<float>> fn;
    std::vector<float> scale, base;
    Stored h, f;
    std::vector<float> weight;
    Site site;
    std::vector<float> mix, pre, post, comb;
    Stored y, out;

    Fixture(int64_t tokens, int n, int64_t channels, Dtype dtype, Settings s = {}, uint64_t seed = 1)
        : shape{tokens, channels, n, dtype}, tokens(tokens), channels(channels), length(n * channels), n(n),
          rows(2 * n + n * n), h(dtype, 0), f(dtype, 0), mix(tokens * rows), pre(tokens * n), post(tokens * n),
          comb(tokens * n * n), y(dtype, tokens * channels), out(dtype, tokens * length) {
        Random random(seed);
        const std::vector<float> weights = random.normal(rows * length, 1 / std::sqrt(double(length)));
        fn.assign(weights.begin(), weights.end());
        base = random.normal(rows, s.logits);
        scale = {1, 1.5f, float(s.logits)};
        h = Stored(dtype, random.normal(tokens * length, s.size));
        f = Stored(dtype, random.normal(tokens * channels, 1));
        weight = random.normal(channels, 1);
        site = {fn.data(), scale.data(), base.data(), nullptr, s.iterations, s.norm_eps, s.hc_eps, s.post_mult, 0};
    }
    void run(const Operations& ops) {
        ops.pre(shape, h.data(), site, y.data(), post.data(), comb.data());
        ops.post(shape, f.data(), h.data(), post.data(), comb.data(), out.data());
    }
    reference::Values expected_mix() const {
        return reference::mix(h.doubles(), tokens, length, fn.data(), rows, double(site.norm_eps));
    }
    reference::Coefficients expected() const { return reference::coefficients(expected_mix(), tokens, n, site); }
};

inline double output_limit(Dtype dtype, double fp32) { return dtype == Dtype::F32 ? fp32 : 0x1p-8; }

// Coefficients carry the rounding of logits, which is relative to their size; F.5's 1e-6 holds up to a deviation of 1.
inline double coefficient_limit(double logits) { return 1e-6 * std::fmax(1, logits); }

}  // namespace mhc
