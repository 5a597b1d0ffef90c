// The CUDA kernels, run on the host runtime: what holds for every implementation, and what only they promise. Prints
// what failed; the exit status is 1 then.
#include <set>

#include "../../main/native/cuda/values.cuh"
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

// Which kernels a shape takes, on how many blocks of how many threads.
void grids() {
    auto of_pre = [](int64_t tokens, int n, int64_t channels, Dtype dtype) {
        context = "grids n=" + std::to_string(n) + " T=" + std::to_string(tokens) + " C=" + std::to_string(channels);
        Fixture x(tokens, n, channels, dtype);
        cuda::host::launched.clear();
        on_device(x.shape).pre(x.shape, x.h.data(), x.site, x.y.data(), x.post.data(), x.comb.data());
        return cuda::host::launched;
    };
    using Shapes = std::vector<cuda::host::Launched>;
    const Dtype fp32 = Dtype::F32, bf16 = Dtype::BF16;
    // Nineteen chunks, and a block for each token while the device holds them.
    play(4, 8, false);
    expect(of_pre(1, 4, 600, bf16) == Shapes{{20, 1, 1, 128, true}}, "one launch for a token");
    expect(of_pre(32, 4, 600, bf16) == Shapes{{32, 1, 1, 128, true}}, "one launch for 32 tokens");
    expect(of_pre(32, 8, 296, fp32) == Shapes{{32, 1, 1, 256, true}}, "one launch for 8 streams");
    // A block for 16 tokens of a group, and more warps where that gives blocks enough.
    expect(of_pre(33, 4, 600, bf16) == Shapes({{3, 3, 1, 32, false}, {33, 1, 1, 160, false}}), "two launches");
    expect(of_pre(300, 4, 600, bf16) == Shapes({{3, 3, 1, 256, false}, {300, 1, 1, 160, false}}), "warps of a block");
    expect(of_pre(40, 4, 72, bf16) == Shapes({{3, 3, 1, 32, false}, {40, 1, 1, 160, false}}), "units of a chunk");
    expect(of_pre(112, 4, 72, bf16) == Shapes({{4, 3, 1, 64, false}, {112, 1, 1, 160, false}}), "the last with chunks");
    expect(of_pre(113, 4, 72, bf16) == Shapes({{8, 1, 1, 32, false}, {113, 1, 1, 160, false}}),
           "the first with groups");
    // Numbers of streams that are not compiled by themselves: rows of fn in slices of 32.
    expect(of_pre(1, 3, 600, fp32) == Shapes({{1, 19, 1, 256, false}, {1, 1, 1, 160, false}}), "three streams");
    expect(of_pre(40, 16, 72, fp32) == Shapes({{1, 3, 9, 256, false}, {40, 1, 1, 160, false}}), "slices of rows");
    // Blocks take several chunks in turns, while their shared memory keeps them.
    play(1, 3, false);
    expect(of_pre(1, 4, 600, bf16) == Shapes{{3, 1, 1, 128, true}}, "a small device");
    expect(of_pre(32, 4, 7168, bf16).size() == 2, "more than shared memory keeps");
    play(1, 1, false);
    expect(of_pre(1, 4, 600, bf16).size() == 2, "a device of one block");
    play(1, 4, false);
    expect(of_pre(32, 4, 600, bf16) == Shapes{{4, 1, 1, 128, true}}, "as much as shared memory keeps");
    expect(of_pre(32, 4, 1056, bf16).size() == 2, "streams fit into shared memory, their sums beside them do not");
    play(4, 8, false);
    // Reads and writes alone: blocks share out the channels of few tokens.
    auto of_read_and_write = [](int64_t tokens) {
        context = "grids of parts T=" + std::to_string(tokens);
        Fixture x(tokens, 4, 2560, Dtype::BF16);
        const Operations& ops = on_device(x.shape);
        std::fill(x.pre.begin(), x.pre.end(), 1.0f);
        cuda::host::launched.clear();
        ops.apply_pre(x.shape, x.h.data(), x.pre.data(), x.y.data());
        ops.post(x.shape, x.f.data(), x.h.data(), x.post.data(), x.comb.data(), x.out.data());
        return cuda::host::launched;
    };
    for (const auto& [tokens, slices] : std::vector<std::pair<int64_t, unsigned>>{{1, 3}, {11, 3}, {20, 2}, {32, 1}}) {
        const cuda::host::Launched one{unsigned(tokens), slices, 1, 128, false};
        expect(of_read_and_write(tokens) == Shapes({one, one}), "slices of channels");
    }
}

// A device without cooperative launches takes two, and memory that is short is used again: the bits are the same.
void edges() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int n : brief ? std::vector<int>{4} : std::vector<int>{3, 4}) {
            context = "edges n=" + std::to_string(n);
            Fixture few(3, n, 296, dtype), many(300, n, 72, dtype);
            const Outputs expected = outputs(few, true);
            // Ten chunks: a block for each and one for tokens, or one less and two less.
            for (int blocks : {11, 10, 9}) {
                play(1, blocks, false);
                expect(outputs(few, true) == expected, "a device just too small for a grid changes the bits");
            }
            play(4, 8, false);
            cuda::host::cooperative_device = false;
            const int64_t before = cuda::host::cooperative_launches;
            expect(outputs(few, true) == expected, "without cooperative launches the bits differ");
            expect(cuda::host::cooperative_launches == before, "a cooperative launch where there are none");
            cuda::host::cooperative_device = true;
            // A slab more is two launches more of hc_mix and of hc_pre and three of hc_post_pre, and some without eps.
            for (const auto& [eps, bytes] : std::vector<std::pair<float, int64_t>>{{0.0f, 1}, {1e-6f, 18 << 10}}) {
                many.site.hc_eps = eps;
                int64_t launches = cuda::host::launches;
                const Outputs whole = outputs(many, true);
                const int64_t launches_of_whole = cuda::host::launches - launches;
                cuda::host::most_scratch = bytes;
                launches = cuda::host::launches;
                expect(outputs(many, true) == whole, "slabs change the bits", double(eps));
                launches = cuda::host::launches - launches;
                expect(launches >= launches_of_whole + 7, "launches of slabs", double(launches));
                cuda::host::most_scratch = 64 << 20;
            }
        }
    }
    context = "grids";
    for (const int64_t x : {int64_t(1), int64_t(0x7fffffff)}) expect(int64_t(cuda::grid(x, 65535, 2).x) == x, "a grid");
    auto refused = [](int64_t x, int64_t y, int64_t z) {
        try {
            cuda::grid(x, y, z);
        } catch (const std::runtime_error&) {
            return true;
        }
        return false;
    };
    expect(refused(0x80000000, 1, 1) && refused(int64_t(1) << 32, 1, 1) && refused(1, 65536, 1) && refused(1, 1, 65536),
           "a grid that no device takes");
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

// fp32 numbers are the sums of their three bf16 parts: all from 2^-110 on, smaller ones to what bf16 can hold.
void parts() {
    context = "parts";
    auto part = [](float value, int p, bool second) {
        uint32_t words[cuda::BF16_PARTS];
        cuda::split_in_bf16(second ? 1.0f : value, second ? value : 1.0f, words);
        return double(cuda::as_float(second ? words[p] & 0xffff0000u : words[p] << 16));
    };
    auto sum = [&](float value, bool second) {
        return part(value, 2, second) + part(value, 1, second) + part(value, 0, second);
    };
    // One bit, ties of the first and the second part, both sides of them, and all bits.
    std::vector<uint32_t> mantissas = {0,        1,        0x80,     0x7f,     0x81,     0x100,    0x180,    0x8000,
                                       0x7fff,   0x8001,   0x18000,  0x8080,   0x18180,  0x7fffff, 0x7f8000, 0x400000};
    Random random(7);
    for (int i = 0; i < 200; i++) mantissas.push_back(cuda::as_bits(random.normal()) & 0x7fffff);
    for (bool second : {false, true}) {
        for (uint32_t sign : {0u, 0x80000000u}) {
            for (uint32_t exponent = 0; exponent < 255; exponent++) {
                for (uint32_t mantissa : mantissas) {
                    const float value = cuda::as_float(sign | exponent << 23 | mantissa);
                    const double off = std::fabs(sum(value, second) - double(value));
                    if (std::fabs(value) >= 0x1p-110f) {
                        expect(off == 0, "a number is not the sum of its parts", double(value));
                    } else {
                        expect(off < 0x1p-133, "a small number's parts are too far off", double(value));
                    }
                }
            }
        }
        for (uint32_t bad : {0x7f800000u, 0xff800000u, 0x7fc00000u, 0x7f800001u}) {
            expect(!std::isfinite(sum(cuda::as_float(bad), second)), "what is no number has finite parts");
        }
    }
}

// bf16 streams take fn with all its bits: a token of a single 1, whose root mean square is 1/8, has it eightfold.
void exact_products() {
    context = "exact products";
    Fixture x(64, 4, 16, Dtype::BF16);
    std::fill(x.h.narrow.begin(), x.h.narrow.end(), uint16_t(0));
    for (int64_t t = 0; t < 64; t++) x.h.narrow[t * 64 + t] = 0x3f80;
    x.site.norm_eps = 0;
    on_device(x.shape).mix(x.shape, x.h.data(), x.site, x.mix.data());
    for (int64_t t = 0; t < 64; t++) {
        for (int row = 0; row < x.rows; row++) {
            expect(x.mix[t * x.rows + row] == 8 * x.fn[row * 64 + t], "a weight has lost bits", double(t));
        }
    }
}

// What is not a number is not lost between high and low parts.
void infinities() {
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int64_t tokens : {2, 40}) {
            context = "infinities";
            Fixture x(tokens, 4, 64, dtype);
            // The last is a NaN whose payload is in the lowest bit alone.
            for (uint32_t bad : {0x7fc00000u, 0x7f800000u, 0x7f800001u}) {
                Fixture y = x;
                y.site.fn = y.fn.data(), y.site.scale = y.scale.data(), y.site.base = y.base.data();
                std::memcpy(&y.fn[0], &bad, sizeof bad);
                on_device(y.shape).mix(y.shape, y.h.data(), y.site, y.mix.data());
                expect((bad == 0x7f800000 ? !std::isfinite(y.mix[0]) : std::isnan(y.mix[0])) && std::isfinite(y.mix[1]),
                       "a weight that is not finite", double(y.mix[0]));
            }
        }
    }
}

// The self-test finds every operation right and, of each, a single wrong number.
void self_test() {
    context = "self-test";
    // Counted, not damaged: the last copy is that of the gains.
    cuda::host::copies_until_damage = 1 << 20;
    expect(cuda::self_test() == cuda::Operation::NONE, "an operation is wrong");
    const int64_t copies = (1 << 20) - cuda::host::copies_until_damage;
    cuda::leave(0);
    cuda::host::copies_until_damage = copies - 1;
    expect(cuda::self_test() == cuda::Operation::GAIN, "a wrong gain is not found");
    std::set<int> found;
    for (int64_t copy = 0; copy < 17; copy++) {
        cuda::leave(0);
        cuda::host::copies_until_damage = copy;
        found.insert(int(cuda::self_test()));
    }
    cuda::host::copies_until_damage = -1;
    expect(found == std::set<int>({1, 2, 3, 4, 5, 6, 7}), "a wrong number is not found", double(found.size()));
    cuda::leave(0);
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
    grids();
    edges();
    tiles();
    splits();
    unaligned();
    parts();
    exact_products();
    infinities();
    self_test();
    gains();
    context = "cuda";
    shapes(on_device);
    settings(on_device);
    sharp_columns(on_device);
    ties(on_device);
    norm_of_rounded(on_device);
    properties(on_device);
    std::printf("%d checks, %d failures, %lld launches and %lld cooperative ones\n", checks, failures,
                static_cast<long long>(cuda::host::launches), static_cast<long long>(cuda::host::cooperative_launches));
    return failures == 0 ? 0 : 1;
}
