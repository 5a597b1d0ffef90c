// The CUDA kernels, run on the host runtime: what holds for every implementation, and what only they promise. Prints
// what failed; the exit status is 1 then.
#include "../../main/native/cuda/device.cuh"
#include "cases.h"

namespace mhc {
namespace {

// Frees what the operations before have allocated.
const Operations& on_device(Shape shape) {
    cuda::leave(0);
    return cuda::operations(shape);
}

// Everything that comes out of one site, for comparing bits.
struct Outputs {
    std::vector<float> mix, pre, post, comb, next_post, next_comb;
    Stored y, out, next_out, next_y, head;

    bool operator==(const Outputs& o) const {
        return mix == o.mix && pre == o.pre && post == o.post && comb == o.comb && next_post == o.next_post &&
               next_comb == o.next_comb && y == o.y && out == o.out && next_out == o.next_out && next_y == o.next_y &&
               head == o.head;
    }
};

Outputs outputs(Fixture& x, bool norm) {
    const Operations& ops = on_device(x.shape);
    x.site.norm = norm ? x.weight.data() : nullptr;
    Outputs o{x.mix, x.pre, x.post, x.comb, x.post, x.comb, x.y, x.out, x.out, x.y, x.y};
    ops.mix(x.shape, x.h.data(), x.site, o.mix.data());
    ops.coefficients(x.shape, o.mix.data(), x.site, o.pre.data(), o.post.data(), o.comb.data());
    ops.pre(x.shape, x.h.data(), x.site, o.y.data(), o.post.data(), o.comb.data());
    ops.post(x.shape, x.f.data(), x.h.data(), o.post.data(), o.comb.data(), o.out.data());
    ops.post_pre(x.shape, x.f.data(), x.h.data(), o.post.data(), o.comb.data(), x.site, o.next_out.data(),
                 o.next_y.data(), o.next_post.data(), o.next_comb.data());
    ops.head(x.shape, x.h.data(), x.site, o.head.data());
    return o;
}

void play(int multiprocessors, int blocks, bool backwards) {
    cuda::host::multiprocessors = multiprocessors;
    cuda::host::blocks_of_multiprocessor = blocks;
    cuda::host::backwards = backwards;
}

// Large and small devices take other paths and grids, threads run in another order: the bits are the same.
void devices() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int n : {1, 2, 3, 4, 8}) {
            for (int64_t tokens : {1, 18, 40}) {
                const int64_t channels = n == 4 ? 600 : 296;
                context = "devices n=" + std::to_string(n) + " T=" + std::to_string(tokens);
                Fixture x(tokens, n, channels, dtype);
                for (bool norm : {false, true}) {
                    play(4, 8, false);
                    const int64_t before = cuda::host::cooperative_launches;
                    const Outputs expected = outputs(x, norm);
                    const int64_t together = cuda::host::cooperative_launches - before;
                    expect(together == (tokens <= 32 && n != 3 ? 2 : 0), "launches for few tokens", double(together));
                    play(1, 1, true);
                    expect(outputs(x, norm) == expected, "a device too small for a grid changes the bits");
                    play(1, 3, true);
                    expect(outputs(x, norm) == expected, "a small device changes the bits");
                    play(200, 2, false);
                    expect(outputs(x, norm) == expected, "a large device changes the bits");
                }
                play(4, 8, false);
            }
        }
    }
}

// Tokens on both sides of every tile's border, alone and together: a token's bits do not depend on its neighbours.
void tiles() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int64_t channels : {72, 75}) {
            Fixture all(129, 4, channels, dtype);
            const Outputs expected = outputs(all, true);
            for (int64_t tokens : {1, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128}) {
                context = "tiles T=" + std::to_string(tokens) + " C=" + std::to_string(channels);
                Fixture some(tokens, 4, channels, dtype);
                some.weight = all.weight;
                // The last tokens, so that they lie elsewhere in their tiles.
                auto last = [&](auto& to, const auto& from) {
                    std::copy(from.end() - int64_t(to.size()), from.end(), to.begin());
                };
                last(some.h.wide, all.h.wide), last(some.h.narrow, all.h.narrow);
                last(some.f.wide, all.f.wide), last(some.f.narrow, all.f.narrow);
                const Outputs got = outputs(some, true);
                auto same = [&](const char* what, const auto& part, const auto& whole) {
                    expect(std::equal(part.rbegin(), part.rend(), whole.rbegin()), what);
                };
                same("mix depends on neighbours", got.mix, expected.mix);
                same("comb depends on neighbours", got.next_comb, expected.next_comb);
                for (bool narrow : {false, true}) {
                    auto bits = [&](const Stored& s) {
                        return narrow ? std::vector<float>(s.narrow.begin(), s.narrow.end()) : s.wide;
                    };
                    same("out depends on neighbours", bits(got.next_out), bits(expected.next_out));
                    same("y depends on neighbours", bits(got.next_y), bits(expected.next_y));
                    same("head depends on neighbours", bits(got.head), bits(expected.head));
                }
            }
        }
    }
}

// Other numbers of groups are other orders of the same sum.
void splits() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int n : {3, 4, 16}) {
            Fixture x(19, n, n == 16 ? 296 : 560, dtype);
            const reference::Values expected = x.expected_mix();
            for (int count : {1, 2, 4, 8, 16, 1000}) {
                context = "splits " + std::to_string(count) + " n=" + std::to_string(n);
                x.site.splits = count;
                on_device(x.shape).mix(x.shape, x.h.data(), x.site, x.mix.data());
                close("mix", worst(x.mix, expected), 2e-6);
                const std::vector<float> once = x.mix;
                on_device(x.shape).mix(x.shape, x.h.data(), x.site, x.mix.data());
                expect(x.mix == once, "a second run differs");
            }
        }
    }
}

// Rows that start anywhere: vectors of 16 bytes are not for them.
void unaligned() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        context = "unaligned";
        for (int64_t tokens : {3, 40}) {
            Fixture x(tokens, 4, 64, dtype);
            const Operations& ops = on_device(x.shape);
            x.run(ops);
            const size_t size = dtype == Dtype::F32 ? 4 : 2;
            auto moved = [&](Stored& s, int64_t count) {
                std::vector<unsigned char> bytes((count + 1) * size);
                std::memcpy(bytes.data() + size, s.data(), count * size);
                return bytes;
            };
            auto h = moved(x.h, tokens * x.length), f = moved(x.f, tokens * x.channels);
            auto y = moved(x.y, tokens * x.channels), out = moved(x.out, tokens * x.length);
            ops.pre(x.shape, h.data() + size, x.site, y.data() + size, x.post.data(), x.comb.data());
            ops.post(x.shape, f.data() + size, h.data() + size, x.post.data(), x.comb.data(), out.data() + size);
            expect(std::memcmp(y.data() + size, x.y.data(), y.size() - size) == 0, "pre differs");
            expect(std::memcmp(out.data() + size, x.out.data(), out.size() - size) == 0, "post differs");
        }
    }
}

// What is not a number is not lost between high and low parts.
void infinities() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int64_t tokens : {2, 40}) {
            context = "infinities";
            Fixture x(tokens, 4, 64, dtype);
            for (float bad : {NAN, INFINITY}) {
                Fixture y = x;
                y.site.fn = y.fn.data(), y.site.scale = y.scale.data(), y.site.base = y.base.data();
                y.fn[0] = bad;
                on_device(y.shape).mix(y.shape, y.h.data(), y.site, y.mix.data());
                expect(!std::isfinite(y.mix[0]) && std::isfinite(y.mix[1]), "a weight that is not finite",
                       double(y.mix[0]));
            }
        }
    }
}

void gains() {
    for (int n : {1, 3, 4, 16}) {
        context = "gain n=" + std::to_string(n);
        const int64_t sites = 3, tokens = 37;
        Random random(5);
        const std::vector<float> combs = random.normal(sites * tokens * n * n, 1);
        std::vector<double> expected(sites * 4), got(sites * 4), again(sites * 4);
        gain(combs.data(), sites, tokens, n, expected.data());
        cuda::gain(combs.data(), sites, tokens, n, got.data());
        cuda::gain(combs.data(), sites, tokens, n, again.data());
        for (int64_t i = 0; i < sites * 4; i++) {
            close("gain", std::fabs(got[i] - expected[i]) / expected[i], 1e-14 * n * tokens);
        }
        expect(got == again, "a second run differs");
        cuda::leave(0);
    }
}

}  // namespace
}  // namespace mhc

// cuda_test [brief], as kernels_test.
int main(int count, char** arguments) {
    using namespace mhc;
    brief = count > 1 && std::strcmp(arguments[1], "brief") == 0;
    devices();
    tiles();
    splits();
    unaligned();
    infinities();
    gains();
    context = "cuda";
    shapes(on_device);
    settings(on_device);
    sharp_columns(on_device);
    properties(on_device);
    std::printf("%d checks, %d failures, %lld launches and %lld cooperative ones\n", checks, failures,
                static_cast<long long>(cuda::host::launches), static_cast<long long>(cuda::host::cooperative_launches));
    return failures == 0 ? 0 : 1;
}
