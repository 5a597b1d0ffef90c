// Every operation of every instruction set of this processor against the reference in double. Prints what failed; the
// exit status is 1 then.
#include <optional>

#include "attention_cases.h"
#include "cases.h"
#include "product_cases.h"

namespace mhc {
namespace {

// Few tokens share out the rows of fn and the channels, many the tokens: the bits are those of one thread.
void threads(const Operations& (*ops)(Shape)) {
    if (!omp_set_num_threads) return;
    for (Dtype dtype : {Dtype::F32, Dtype::BF16}) {
        for (int64_t tokens : {1, 3, 35, 70}) {
            const int64_t wide = tokens <= 3 ? (brief ? 16901 : 40965) / tokens : brief ? 700 : 2565;
            std::optional<Fixture> one;
            for (int count : {1, 2, 5, 16}) {
                omp_set_num_threads(count);
                Fixture x(tokens, 4, wide, dtype);
                x.site.norm = x.weight.data();
                const Operations& o = ops(x.shape);
                o.pre(x.shape, x.h.data(), x.site, x.y.data(), x.post.data(), x.comb.data());
                o.post_pre(x.shape, x.f.data(), x.h.data(), x.post.data(), x.comb.data(), x.site, x.out.data(),
                           x.y.data(), x.post.data(), x.comb.data());
                o.post(x.shape, x.f.data(), x.out.data(), x.post.data(), x.comb.data(), x.h.data());
                Stored read = x.y;
                o.apply_pre(x.shape, x.h.data(), x.post.data(), read.data());
                if (count == 1) one.emplace(x), one->f = read;
                expect(x.y == one->y && x.comb == one->comb && x.out == one->out && x.h == one->h && read == one->f,
                       "threads change the bits of normed sites", count);
            }
        }
    }
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
const ProductOperations& products_on(Dtype dtype) {
    return cpu_product_operations(isa, dtype);
}

template <Isa isa>
void test() {
    if (!cpu_has(isa)) return;
    context = name_of(isa);
    if (isa != Isa::AVX512_BF16) {
        shapes(on<isa>);
        settings(on<isa>);
        sharp_columns(on<isa>);
        ties(on<isa>);
        norm_of_rounded(on<isa>);
        properties(on<isa>);
        threads(on<isa>);
        products(products_on<isa>);
    }
    attentions(cpu_attention_operations(isa));
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
    test<Isa::AVX512_BF16>();
    gains();
    std::printf("%d checks, %d failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
