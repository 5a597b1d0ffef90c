// Every operation of every instruction set of this processor against the reference in double. Prints what failed; the exit
// status is 1 then. Buffers are exactly as long as promised, so that the address sanitizer sees a step beyond.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "reference.h"

// Only where the test is linked with an OpenMP runtime.
extern "C" __attribute__((weak)) void omp_set_num_threads(int);

namespace mhc {
namespace {

int checks = 0, failures = 0;
std::string context;

void expect(bool holds, const char* what, double value = 0, double limit = 0) {
    checks++;
    if (holds) return;
    failures++;
    std::fprintf(stderr, "FAILED %s: %s (%.3g, limit %.3g)\n", context.c_str(), what, value, limit);
}

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

void close(const char* what, double error, double limit) { expect(error <= limit, what, error, limit); }

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
    std::vector<float> fn, scale, base;
    Stored h, f;
    std::vector<float> weight;
    Site site;
    std::vector<float> mix, pre, post, comb;
    Stored y, out;

    Fixture(int64_t tokens, int n, int64_t channels, Dtype dtype, Settings s = {}, uint64_t seed = 1)
        : shape{tokens, channels, n, dtype}, tokens(tokens), channels(channels), length(n * channels), n(n),
          rows(2 * n + n * n), h(dtype, 0), f(dtype, 0), mix(tokens * rows), pre(tokens * n),
          post(tokens * n), comb(tokens * n * n), y(dtype, tokens * channels), out(dtype, tokens * length) {
        Random random(seed);
        fn = random.normal(rows * length, 1 / std::sqrt(double(length)));
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

double output_limit(Dtype dtype, double fp32) { return dtype == Dtype::F32 ? fp32 : 0x1p-8; }

// Coefficients carry the rounding of logits, which is relative to their size; F.5's 1e-6 holds up to a deviation of 1.
double coefficient_limit(double logits) { return 1e-6 * std::fmax(1, logits); }

void agrees(const Operations& ops, Fixture& x, double logits, double size = 1) {
    const reference::Values h = x.h.doubles(), f = x.f.doubles(), mix = x.expected_mix();
    const reference::Coefficients c = x.expected();
    const double limit = coefficient_limit(logits);

    ops.mix(x.shape, x.h.data(), x.site, x.mix.data());
    close("mix", worst(x.mix, mix), 2e-6);
    ops.coefficients(x.shape, x.mix.data(), x.site, x.pre.data(), x.post.data(), x.comb.data());
    close("pre", worst(x.pre, c.pre), limit);
    close("post", worst(x.post, c.post), limit);
    close("comb", worst(x.comb, c.comb), limit);
    Stored read(x.shape.dtype, x.tokens * x.channels);
    ops.apply_pre(x.shape, x.h.data(), x.pre.data(), read.data());
    const reference::Values y = reference::apply_pre(h, c.pre, x.tokens, x.n, x.channels);
    close("apply_pre", worst(read.doubles(), y), output_limit(x.shape.dtype, 3 * limit * size));

    // Fused and unfused have one order of summation: they are equal to the bit.
    const std::vector<float> post = x.post, comb = x.comb;
    x.run(ops);
    expect(x.y == read && x.post == post && x.comb == comb, "pre differs from its parts");
    close("write", worst(x.out.doubles(), reference::post(f, h, c, x.tokens, x.n, x.channels)),
          output_limit(x.shape.dtype, 3 * limit * size));

    Fixture next(x.tokens, x.n, x.channels, x.shape.dtype, {}, 2);
    next.site.norm = next.weight.data();
    Stored out(x.shape.dtype, x.tokens * x.length);
    ops.post_pre(x.shape, x.f.data(), x.h.data(), x.post.data(), x.comb.data(), next.site, out.data(), read.data(),
                 next.post.data(), next.comb.data());
    expect(out == x.out, "post_pre differs from post");
    Stored own = x.h;
    ops.post(x.shape, x.f.data(), own.data(), x.post.data(), x.comb.data(), own.data());
    expect(own == x.out, "post in its own memory differs");
    next.h = out;
    const std::vector<float> next_post = next.post, next_comb = next.comb;
    ops.pre(x.shape, next.h.data(), next.site, next.y.data(), next.post.data(), next.comb.data());
    expect(next.y == read && next.post == next_post && next.comb == next_comb, "post_pre differs from pre");
    own = x.h;
    ops.post_pre(x.shape, x.f.data(), own.data(), x.post.data(), x.comb.data(), next.site, own.data(), next.y.data(),
                 next.post.data(), next.comb.data());
    expect(own == out && next.y == read && next.comb == next_comb, "post_pre in its own memory differs");
    const reference::Values plain = reference::apply_pre(out.doubles(), next.expected().pre, x.tokens, x.n, x.channels);
    const reference::Values normed =
        reference::norm(plain, next.weight, x.tokens, x.channels, double(next.site.norm_eps));
    close("normed read", worst(read.doubles(), normed), output_limit(x.shape.dtype, 1e-5) * 3);

    ops.head(x.shape, x.h.data(), x.site, read.data());
    reference::Values weights = reference::mix(h, x.tokens, x.length, x.fn.data(), x.n, double(x.site.norm_eps));
    for (size_t i = 0; i < weights.size(); i++) {
        weights[i] = reference::sigmoid(weights[i] * double(x.scale[0]) + double(x.base[i % x.n])) + double(x.site.hc_eps);
    }
    close("head", worst(read.doubles(), reference::apply_pre(h, weights, x.tokens, x.n, x.channels)),
          output_limit(x.shape.dtype, 3 * limit * size));
}

struct Size {
    int64_t tokens, channels;
};

// Blocks that are full, broken and missing; one panel and several; whole vectors and parts of one.
const std::vector<Size> FEW_SIZES = {{0, 64}, {1, 64}, {45, 28}, {13, 100}, {1, 1}, {3, 7}, {1, 300}};
const std::vector<Size> ALL_SIZES = {{0, 64},   {1, 64},    {13, 64},   {137, 64},  {13, 100},  {1, 1},     {3, 7},    {8192, 17},
                                     {1, 1280}, {13, 1280}, {5, 1920},  {13, 2560}, {3, 4096},  {2, 5120},  {9, 7168}, {1, 7168}};
bool brief = false;

void shapes(const Operations& (*ops)(Shape)) {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int n : {1, 2, 3, 4, 8, 16}) {
            for (Size size : brief ? FEW_SIZES : ALL_SIZES) {
                if (n != 4 && size.tokens * size.channels > 3000) continue;
                const std::string at = context;
                context += " T=" + std::to_string(size.tokens) + " C=" + std::to_string(size.channels) +
                           " n=" + std::to_string(n) + (dtype == Dtype::F32 ? " fp32" : " bf16");
                Fixture x(size.tokens, n, size.channels, dtype);
                agrees(ops(x.shape), x, 3);
                context = at;
            }
        }
    }
}

// Settings that a wrong eps, a missing factor, another count of iterations or a transposed matrix would show.
void settings(const Operations& (*ops)(Shape)) {
    const Settings cases[] = {{8, 1},           {80, 1},          {3, 1e-3},         {3, 1e-18},
                              {3, 0},           {3, 1e3},         {3, 1, 1},         {3, 1, 2},
                              {4, 1, 19},       {4, 1, 21},       {3, 1, 20, 1e-2f}, {3, 0, 20, 1e-20f},
                              {3, 1, 20, 1e-6f, 1e-3f}, {3, 1, 20, 1e-6f, 0}, {3, 1, 20, 1e-6f, 1e-6f, 1}};
    int number = 0;
    for (const Settings& s : cases) {
        const std::string at = context;
        context += " settings " + std::to_string(number++);
        Fixture x(13, 4, 100, Dtype::F32, s);
        agrees(ops(x.shape), x, s.logits, std::fmax(1, s.size));
        context = at;
    }
}

void properties(const Operations& (*ops)(Shape)) {
    Fixture x(37, 4, 96, Dtype::F32);
    const Operations& o = ops(x.shape);
    x.run(o);
    double columns = 0, least = 1, turned = 0;
    for (int64_t t = 0; t < x.tokens; t++) {
        for (int j = 0; j < 4; j++) {
            double sum = 0;
            for (int i = 0; i < 4; i++) {
                sum += double(x.comb[(t * 4 + i) * 4 + j]);
                least = std::fmin(least, double(x.comb[(t * 4 + i) * 4 + j]));
                turned = std::fmax(turned, std::fabs(double(x.comb[(t * 4 + i) * 4 + j] - x.comb[(t * 4 + j) * 4 + i])));
            }
            columns = std::fmax(columns, std::fabs(sum - 1));
        }
    }
    close("column sums are 1", columns, 2e-6);
    expect(least >= 0, "entries are not negative", least);
    expect(turned > 0.1, "the test's matrices are asymmetric", turned);

    // A token's result does not depend on its neighbours, nor on how often one asks.
    Fixture again(37, 4, 96, Dtype::F32);
    again.run(o);
    expect(again.out == x.out && again.y == x.y, "a second run differs");
    for (int64_t t : {0, 5, 36}) {
        Fixture one(1, 4, 96, Dtype::F32);
        std::copy_n(x.h.wide.begin() + t * x.length, x.length, one.h.wide.begin());
        std::copy_n(x.f.wide.begin() + t * x.channels, x.channels, one.f.wide.begin());
        one.run(o);
        expect(std::equal(one.out.wide.begin(), one.out.wide.end(), x.out.wide.begin() + t * x.length), "alone differs");
    }

    // Pre-norm equivalence: fn = 0, post = 1, replicated streams stay replicated, each h + f.
    std::fill(x.fn.begin(), x.fn.end(), 0.0f);
    std::fill(x.base.begin() + 4, x.base.begin() + 8, 0.0f);
    for (int64_t t = 0; t < x.tokens; t++) {
        for (int i = 1; i < 4; i++) {
            std::copy_n(x.h.wide.begin() + t * x.length, x.channels, x.h.wide.begin() + t * x.length + i * x.channels);
        }
    }
    x.run(o);
    reference::Values plain(x.tokens * x.length);
    for (int64_t i = 0; i < int64_t(plain.size()); i++) {
        const int64_t t = i / x.length, c = i % x.channels;
        plain[i] = double(x.h.wide[i]) + double(x.f.wide[t * x.channels + c]);
    }
    close("replicated streams are the plain residual", worst(x.out.wide, plain), 4e-6);

    Fixture single(5, 1, 64, Dtype::F32);
    single.run(ops(single.shape));
    for (float comb : single.comb) expect(comb <= 1 && comb >= 1 - 2e-6f, "n = 1 keeps its stream", double(comb));
}

// Few tokens share out the rows of fn, many the tokens: the bits are those of one thread.
void threads(const Operations& (*ops)(Shape)) {
    if (!omp_set_num_threads) return;
    const int64_t channels = brief ? 700 : 2560;
    for (int64_t tokens : {1, 11, 70}) {
        omp_set_num_threads(1);
        Fixture one(tokens, 4, channels, Dtype::F32);
        one.run(ops(one.shape));
        for (int count : {2, 3, 5}) {
            omp_set_num_threads(count);
            Fixture many(tokens, 4, channels, Dtype::F32);
            many.run(ops(many.shape));
            expect(many.y == one.y && many.comb == one.comb && many.out == one.out, "threads change the bits", count);
        }
    }
    // Wide streams and more threads than rows of fn.
    for (int n : {1, 8}) {
        const int64_t channels = n == 1 ? 140000 : 7168;
        Fixture one(1, n, channels, Dtype::F32), many(1, n, channels, Dtype::F32);
        omp_set_num_threads(1);
        ops(one.shape).head(one.shape, one.h.data(), one.site, one.y.data());
        ops(one.shape).mix(one.shape, one.h.data(), one.site, one.mix.data());
        omp_set_num_threads(96);
        ops(many.shape).head(many.shape, many.h.data(), many.site, many.y.data());
        ops(many.shape).mix(many.shape, many.h.data(), many.site, many.mix.data());
        expect(many.y == one.y && many.mix == one.mix, "more threads than rows change the bits", n);
    }
}

void gains() {
    Fixture x(11, 3, 8, Dtype::F32);
    x.run(cpu_operations(cpu_isa(), x.shape));
    double two[8], one[4];
    std::vector<float> twice(x.comb);
    twice.insert(twice.end(), x.comb.begin(), x.comb.end());
    gain(x.comb.data(), 1, x.tokens, 3, one);
    gain(twice.data(), 2, x.tokens, 3, two);
    expect(one[0] == one[2] && one[1] == one[3], "the first product is the first matrix");
    close("rows of H sum to 1", std::fabs(one[0] - 1), 2e-6);
    expect(two[4] == one[0] && two[5] == one[1], "single gains are of one site");
    expect(two[7] <= 3, "composite backward gain is at most n", two[7]);
}

template <Isa isa>
const Operations& on(Shape shape) {
    return cpu_operations(isa, shape);
}

template <Isa isa>
void test() {
    if (!cpu_has(isa)) return;
    context = name_of(isa);
    shapes(on<isa>);
    settings(on<isa>);
    properties(on<isa>);
    threads(on<isa>);
    std::printf("%s: %d checks\n", name_of(isa), checks);
}

}  // namespace
}  // namespace mhc

// kernels_test [brief]: the latter with fewer and smaller shapes, for the sanitizers.
int main(int count, char** arguments) {
    using namespace mhc;
    brief = count > 1 && std::strcmp(arguments[1], "brief") == 0;
    test<Isa::BASELINE>();
    test<Isa::NEON>();
    test<Isa::AVX2>();
    test<Isa::AVX512>();
    gains();
    std::printf("%d checks, %d failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
