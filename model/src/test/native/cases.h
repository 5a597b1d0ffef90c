// What holds for the operations wherever they run: every shape and setting against the reference in double.
#pragma once
#include "fixture.h"

namespace mhc {

inline void agrees(const Operations& ops, Fixture& x, double logits, double size = 1) {
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
    Stored in_place = x.h;
    ops.post(x.shape, x.f.data(), in_place.data(), x.post.data(), x.comb.data(), in_place.data());
    expect(in_place == x.out, "post in its own memory differs");
    next.h = out;
    const std::vector<float> next_post = next.post, next_comb = next.comb;
    ops.pre(x.shape, next.h.data(), next.site, next.y.data(), next.post.data(), next.comb.data());
    expect(next.y == read && next.post == next_post && next.comb == next_comb, "post_pre differs from pre");
    in_place = x.h;
    ops.post_pre(x.shape, x.f.data(), in_place.data(), x.post.data(), x.comb.data(), next.site, in_place.data(),
                 next.y.data(), next.post.data(), next.comb.data());
    expect(in_place == out && next.y == read && next.comb == next_comb, "post_pre in its own memory differs");
    const reference::Values plain = reference::apply_pre(out.doubles(), next.expected().pre, x.tokens, x.n, x.channels);
    const reference::Values normed =
        reference::norm(plain, next.weight, x.tokens, x.channels, double(next.site.norm_eps));
    close("normed read", worst(read.doubles(), normed), output_limit(x.shape.dtype, 1e-5) * 3);

    ops.head(x.shape, x.h.data(), x.site, read.data());
    reference::Values weights = reference::mix(h, x.tokens, x.length, x.fn.data(), x.n, double(x.site.norm_eps));
    for (size_t i = 0; i < weights.size(); i++) {
        weights[i] =
            reference::sigmoid(weights[i] * double(x.scale[0]) + double(x.base[i % x.n])) + double(x.site.hc_eps);
    }
    close("head", worst(read.doubles(), reference::apply_pre(h, weights, x.tokens, x.n, x.channels)),
          output_limit(x.shape.dtype, 3 * limit * size));
}

struct Size {
    int64_t tokens, channels;
};

// Blocks that are full, broken and missing; one panel and several; whole vectors and parts of one.
const std::vector<Size> FEW_SIZES = {{0, 64}, {1, 64}, {45, 28}, {13, 100}, {1, 1}, {3, 7}, {1, 300}};
const std::vector<Size> ALL_SIZES = {{0, 64},   {1, 64},    {13, 64},  {137, 64},  {13, 100}, {1, 1},
                                     {3, 7},    {8192, 17}, {1, 1280}, {13, 1280}, {5, 1920}, {13, 2560},
                                     {3, 4096}, {2, 5120},  {9, 7168}, {1, 7168}};
inline bool brief = false;

inline void shapes(const Operations& (*ops)(Shape)) {
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
inline void settings(const Operations& (*ops)(Shape)) {
    const Settings cases[] = {{8, 1},
                              {80, 1},
                              {3, 1e-3},
                              {3, 1e-18},
                              {3, 0},
                              {3, 1e3},
                              {3, 1, 1},
                              {3, 1, 2},
                              {4, 1, 19},
                              {4, 1, 21},
                              {3, 1, 20, 1e-2f},
                              {3, 0, 20, 1e-20f},
                              {3, 1, 20, 1e-6f, 1e-3f},
                              {3, 1, 20, 1e-6f, 0},
                              {80, 1, 20, 1e-5f, 0},
                              {3, 1, 20, 1e-6f, 1e-6f, 1}};
    int number = 0;
    for (const Settings& s : cases) {
        const std::string at = context;
        context += " settings " + std::to_string(number++);
        Fixture x(13, 4, 100, Dtype::F32, s);
        agrees(ops(x.shape), x, s.logits, std::fmax(1, s.size));
        context = at;
    }
}

// No eps, and a column of comb far below its rows' largest: its exponentials are small, denormal or 0 in float32, and
// what the column then takes is another stream's. Logits of that size carry a rounding of their own.
inline void sharp_columns(const Operations& (*ops)(Shape)) {
    const std::string at = context;
    for (int n : {2, 3, 4, 8}) {
        for (float depth : {60.0f, 88.0f, 95.0f, 103.0f, 104.5f, 130.0f, 1000.0f}) {
            context = at + " n=" + std::to_string(n) + " a column " + std::to_string(int(depth)) + " below";
            Settings s;
            s.hc_eps = 0;
            Fixture x(13, n, 100, Dtype::F32, s);
            for (int i = 0; i < n; i++) x.base[2 * n + i * n + n - 1] -= depth;
            agrees(ops(x.shape), x, std::fmax(3, double(depth) / 8));
        }
    }
    context = at;
}

// Halfway between two bfloat16 the even one is taken.
inline void ties(const Operations& (*ops)(Shape)) {
    Fixture x(4, 1, 33, Dtype::BF16);
    for (uint16_t& one : x.h.narrow) one = 0x3f80;
    const float halves[] = {1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -1 - 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f};
    const uint16_t expected[] = {0x3f80, 0x3f82, 0xbf80, 0x3f81};
    std::copy_n(halves, 4, x.pre.begin());
    ops(x.shape).apply_pre(x.shape, x.h.data(), x.pre.data(), x.y.data());
    for (int64_t i = 0; i < 4 * 33; i++) expect(x.y.narrow[i] == expected[i / 33], "a tie", double(x.y.narrow[i]));
}

// The norm is that of y as stored. With one channel its rounding is not lost in a sum of many.
inline void norm_of_rounded(const Operations& (*ops)(Shape)) {
    for (int64_t tokens : {20, 60}) {
        Fixture x(tokens, 2, 1, Dtype::BF16);
        const Operations& o = ops(x.shape);
        o.pre(x.shape, x.h.data(), x.site, x.y.data(), x.post.data(), x.comb.data());
        const reference::Values normed =
            reference::norm(x.y.doubles(), x.weight, x.tokens, x.channels, double(x.site.norm_eps));
        x.site.norm = x.weight.data();
        o.pre(x.shape, x.h.data(), x.site, x.y.data(), x.post.data(), x.comb.data());
        const reference::Values got = x.y.doubles();
        double most = 0;
        for (size_t i = 0; i < got.size(); i++) most = std::fmax(most, std::fabs(got[i] / normed[i] - 1));
        close("norm of y as stored", most, 0x1p-8 / (2 - 0x1p-6));
    }
}

inline void properties(const Operations& (*ops)(Shape)) {
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
                turned =
                    std::fmax(turned, std::fabs(double(x.comb[(t * 4 + i) * 4 + j] - x.comb[(t * 4 + j) * 4 + i])));
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
        expect(std::equal(one.out.wide.begin(), one.out.wide.end(), x.out.wide.begin() + t * x.length),
               "alone differs");
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

}  // namespace mhc
