// Compiled once per instruction set, as isa.cpp. Softmax goes over keys block by block (arXiv 2205.14135); a query's
// numbers depend on nothing but its keys and on how many queries there are, never on threads or neighbours.
#include <limits>
#include <type_traits>

#include "attention.h"
#include "scratch.h"
#include "team.h"
#include "tiles.h"
#include "vector.h"

namespace mhc::MHC_ISA {
namespace {

constexpr float NONE = -std::numeric_limits<float>::infinity();

constexpr int64_t QUERIES = 4 * TALL;
constexpr int64_t KEYS = 256;
static_assert(KEYS % TILE == 0);

// As few queries as keys are not worth being put in order for.
constexpr int64_t FEW = 4;

// Bytes of keys and values that come from memory, as those of rows that decode: the values of a few keys are asked for while
// these are scored.
constexpr int64_t LARGE = 1 << 20;

constexpr int64_t rounded_up(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

// What numbers of a type are once they are in order: pairs where the instruction set multiplies these.
#if defined(__AVX512BF16__)
template <class S>
using Ordered = std::conditional_t<std::is_same_v<S, Bf16>, Pair, float>;
#else
template <class S>
using Ordered = float;
#endif

template <class P>
constexpr int64_t HELD = std::is_same_v<P, Pair> ? 2 : 1;

// Number d of those that neighbours hold, zero behind the last.
template <class P, class S>
inline P joined(const S* first, [[maybe_unused]] const S* second) {
    if constexpr (std::is_same_v<P, Pair>) {
        return {*first, second ? *second : Bf16{0}};
    } else {
        return widen(*first);
    }
}

// One head of one row at work, with memory of its thread. Exponentials that meet pairs are rounded as these are; their
// sum is not.
template <class S>
class Head {
    using P = Ordered<S>;
    static_assert(sizeof(P) == sizeof(float));

public:
    Head(const Attended& a, int64_t row, int64_t head, Scratch& memory)
        : a_(a),
          q_(static_cast<const S*>(a.q) + row * a.q_strides.row + head * a.q_strides.head),
          k_(static_cast<const S*>(a.k) + row * a.k_strides.row + head * a.k_strides.head),
          v_(static_cast<const S*>(a.v) + row * a.v_strides.row + head * a.v_strides.head),
          mask_(a.mask ? a.mask + row * a.mask_strides.row : nullptr),
          o_(static_cast<S*>(a.o) + (row * a.queries * a.heads + head) * a.width),
          lse_(a.lse + row * a.queries * a.heads + head),
          depth_((a.width + HELD<P> - 1) / HELD<P>),
          wide_(rounded_up(a.width, LANES)),
          few_(a.queries < FEW && a.width % LANES == 0),
          large_(2 * a.rows * a.heads * a.keys * a.width * int64_t(sizeof(S)) > LARGE),
          values_as_they_lie_(few_ || (std::is_same_v<S, float> && a.width % LANES == 0)) {
        const int64_t keys = few_ ? 0 : rounded_up(a.keys, TILE) * depth_;
        const int64_t values = values_as_they_lie_ ? 0 : (a.keys + HELD<P> - 1) / HELD<P> * wide_;
        const int64_t queries = few_ ? 0 : QUERIES * depth_;
        float* const numbers = memory.of(keys + values + queries + QUERIES * (KEYS + wide_));
        keys_ = reinterpret_cast<P*>(numbers);
        values_ = keys_ + keys;
        queries_ = values_ + values;
        scores_ = numbers + keys + values + queries;
        sums_ = scores_ + QUERIES * KEYS;
    }

    void run() {
        if (!few_) order_keys();
        if (!values_as_they_lie_) order_values();
        for (int64_t first = 0; first < a_.queries; first += QUERIES) {
            block(first, a_.queries - first < QUERIES ? a_.queries - first : QUERIES);
        }
    }

private:
    // Numbers d of a token, zero behind its last.
    P at(const S* token, int64_t d) const {
        const int64_t next = d * HELD<P> + 1;
        return joined<P>(token + d * HELD<P>, next < a_.width ? token + next : nullptr);
    }

    // Keys in tiles [tile][depth][TILE], zeros behind the last; squares of LANES turn in registers.
    void order_keys() {
        const int64_t whole = a_.width / HELD<P> / LANES * LANES;
        for (int64_t j = 0; j < rounded_up(a_.keys, TILE); j += LANES) {
            P* const to = keys_ + j / TILE * TILE * depth_ + j % TILE;
            const int64_t count = a_.keys - j < LANES ? a_.keys - j : LANES;
            const S* const from = k_ + j * a_.k_strides.token;
            for (int64_t d = 0; d < whole; d += LANES) {
                Vec square[LANES];
                for (int64_t l = 0; l < LANES; l++) {
                    square[l] = l < count ? numbers(from + l * a_.k_strides.token, d) : Vec{};
                }
                transpose(square);
                for (int64_t l = 0; l < LANES; l++) {
                    store(reinterpret_cast<float*>(to + (d + l) * TILE), square[l], Whole{});
                }
            }
            for (int64_t d = whole; d < depth_; d++) {
                for (int64_t l = 0; l < LANES; l++) {
                    to[d * TILE + l] = l < count ? at(from + l * a_.k_strides.token, d) : P{};
                }
            }
        }
    }

    // LANES numbers or pairs of a token from number d on.
    static Vec numbers(const S* token, int64_t d) {
        if constexpr (HELD<P> == 2) {
            return load(reinterpret_cast<const float*>(token) + d, Whole{});
        } else {
            return load(token + d, Whole{});
        }
    }

    // Values [keys, wide], of which neighbours are pairs.
    void order_values() {
        for (int64_t j = 0; j < a_.keys; j += HELD<P>) {
            P* const to = values_ + j / HELD<P> * wide_;
            const S* const from = v_ + j * a_.v_strides.token;
            const S* const next = j + 1 < a_.keys ? from + a_.v_strides.token : nullptr;
            for (int64_t d = 0; d < a_.width; d++) to[d] = joined<P>(from + d, next ? next + d : nullptr);
            for (int64_t d = a_.width; d < wide_; d++) to[d] = P{};
        }
    }

    // How many keys a query sees.
    int64_t seen(int64_t query) const { return a_.causal && query + 1 < a_.keys ? query + 1 : a_.keys; }

    // Of some keys, how many there are up to the last one that the mask shows to one of the queries.
    int64_t shown(int64_t first, int64_t count, int64_t from, int64_t keys) const {
        if (!mask_) return keys;
        const int64_t masks = a_.mask_strides.token == 0 ? 1 : count;
        int64_t most = 0;
        for (int64_t i = 0; i < masks && most < keys; i++) {
            const float* const mask = mask_ + (first + i) * a_.mask_strides.token + from;
            int64_t visible = keys;
            while (visible > most && mask[visible - 1] == NONE) visible--;
            most = visible;
        }
        return most;
    }

    void block(int64_t first, int64_t count) {
        float most[QUERIES], total[QUERIES];
        for (int64_t i = 0; i < count; i++) most[i] = NONE, total[i] = 0;
        std::memset(sums_, 0, count * wide_ * sizeof(float));
        for (int64_t i = 0; i < count && !few_; i++) {
            for (int64_t d = 0; d < depth_; d++) queries_[i * depth_ + d] = at(q_ + (first + i) * a_.q_strides.token, d);
        }
        const int64_t last = seen(first + count - 1);
        for (int64_t from = 0; from < last; from += KEYS) {
            const int64_t keys = shown(first, count, from, last - from < KEYS ? last - from : KEYS);
            if (keys == 0) continue;
            score(first, count, from, keys);
            for (int64_t i = 0; i < count; i++) {
                const int64_t visible = seen(first + i) - from;
                soften(first + i, from, visible < keys ? visible : keys, rounded_up(keys, LANES),
                       scores_ + i * KEYS, most[i], total[i], sums_ + i * wide_);
            }
            add_values(count, from, keys);
        }
        for (int64_t i = 0; i < count; i++) {
            const Vec share = splat<Vec>(1.0f / total[i]);
            S* const o = o_ + (first + i) * a_.heads * a_.width;
            sweep(a_.width, [&](int64_t d, auto part) { store(o + d, load(sums_ + i * wide_ + d, part) * share, part); });
            lse_[(first + i) * a_.heads] = most[i] + std::log(total[i]);
        }
    }

    void score(int64_t first, int64_t count, int64_t from, int64_t keys) {
        for (int64_t i = 0; i < count; i += TALL) {
            const int64_t rows = count - i < TALL ? count - i : TALL;
            if (few_) {
                const S* const q = q_ + (first + i) * a_.q_strides.token;
                for (int64_t r = 0; r < rows; r++) {
                    dots(q + r * a_.q_strides.token, from, keys, scores_ + (i + r) * KEYS, large_ && i + r == 0);
                }
                continue;
            }
            for (int64_t j = 0; j < keys; j += TILE) {
                tile_of<WIDE>(rows, depth_, queries_ + i * depth_, depth_, keys_ + (from + j) * depth_, TILE,
                              scores_ + i * KEYS + j, KEYS, false);
            }
        }
    }

    // The scores of one query with keys as they lie.
    void dots(const S* q, int64_t from, int64_t keys, float* scores, bool values_next) const {
        for (int64_t j = 0; j < keys; j += LANES) {
            Vec products[LANES];
            for (int64_t l = 0; l < LANES; l++) {
                // Behind the last key, that one again.
                const int64_t key = from + (j + l < keys ? j + l : keys - 1);
                if (values_next) ask(v_ + key * a_.v_strides.token, a_.width * int64_t(sizeof(S)));
                const S* const k = k_ + key * a_.k_strides.token;
                products[l] = Vec{};
                for (int64_t d = 0; d < a_.width; d += LANES) {
                    products[l] = multiply_add(load(q + d, Whole{}), load(k + d, Whole{}), products[l]);
                }
            }
            store(scores + j, sums(products), Whole{});
        }
    }

    // From scores to exponentials, 0 behind the visible keys up to `end`, with what was summed before scaled alike.
    void soften(int64_t query, int64_t from, int64_t visible, int64_t end, float* scores, float& most, float& total,
                float* sum_row) const {
        if (visible < 0) visible = 0;
        const Vec scale = splat<Vec>(a_.scale);
        const float* const mask = mask_ ? mask_ + query * a_.mask_strides.token + from : nullptr;
        for (int64_t j = visible; j < end; j++) scores[j] = NONE;
        Vec greatest = splat<Vec>(NONE);
        sweep(visible, [&](int64_t j, auto part) {
            // A part of a vector is followed by minus infinities, which no scale and no mask changes.
            Vec s = load(scores + j, Whole{}) * scale;
            if (mask) s += load(mask + j, part);
            store(scores + j, s, Whole{});
            greatest = s > greatest ? s : greatest;
        });
        float lanes[LANES], here = NONE;
        store(lanes, greatest, Whole{});
        for (float lane : lanes) here = lane > here ? lane : here;
        if (here == NONE) {
            // Nothing that is visible, unless it is no number.
            for (int64_t j = 0; j < end; j++) {
                if (scores[j] != scores[j]) total = scores[j];
                scores[j] = 0;
            }
            return;
        }
        const float next = here > most ? here : most;
        const float kept = most == NONE ? 0.0f : std::exp(most - next);
        const Vec subtracted = splat<Vec>(next), bottom = splat<Vec>(-87.0f);
        Vec sum_here = {};
        for (int64_t j = 0; j < end; j += LANES) {
            const Vec x = load(scores + j, Whole{}) - subtracted;
            const Vec e = x < bottom ? Vec{} : exponential<LANES>(x);
            set(scores, j, e);
            sum_here += e;
        }
        total = total * kept + sum(sum_here);
        if (kept != 1.0f) {
            for (int64_t d = 0; d < wide_; d++) sum_row[d] *= kept;
        }
        most = next;
    }

    // Exponentials take the memory of their scores; pairs half of it.
    void set(float* scores, int64_t j, Vec e) const {
        if constexpr (HELD<P> == 2) {
            if (!few_) return store(reinterpret_cast<Bf16*>(scores) + j, e, Whole{});
        }
        store(scores + j, e, Whole{});
    }

    void add_values(int64_t count, int64_t from, int64_t keys) {
        if (values_as_they_lie_) {
            add(count, keys, scores_, v_ + from * a_.v_strides.token, a_.v_strides.token);
        } else {
            add(count, (keys + HELD<P> - 1) / HELD<P>, reinterpret_cast<const P*>(scores_),
                values_ + from / HELD<P> * wide_, wide_);
        }
    }

    // sums [count, wide] += exponentials [count, depth] * values [depth, wide]
    template <class A, class B>
    void add(int64_t count, int64_t depth, const A* exponentials, const B* values, int64_t row) {
        for (int64_t i = 0; i < count; i += TALL) {
            const int64_t rows = count - i < TALL ? count - i : TALL;
            int64_t d = 0;
            const auto add_tiles = [&](auto vectors) {
                constexpr int wide = vectors;
                for (; d + wide * LANES <= wide_; d += wide * LANES) {
                    tile_of<wide>(rows, depth, exponentials + i * KEYS, KEYS, values + d, row, sums_ + i * wide_ + d,
                                  wide_, true);
                }
            };
            add_tiles(std::integral_constant<int, WIDE>());
            add_tiles(std::integral_constant<int, 2>());
            add_tiles(std::integral_constant<int, 1>());
        }
    }

    const Attended& a_;
    const S *q_, *k_, *v_;
    const float* mask_;
    S* o_;
    float* lse_;
    const int64_t depth_, wide_;
    const bool few_, large_, values_as_they_lie_;
    P *keys_, *values_, *queries_;
    float *scores_, *sums_;
};

template <class S>
void attend_all(const Attended& a) {
    const int64_t products = a.queries * a.keys * a.width * a.rows * a.heads;
    parallel(a.rows * a.heads, products < (1 << 18) ? 1 : team_size(), [&](int64_t from, int64_t to) {
        static thread_local Scratch memory;
        for (int64_t job = from; job < to; job++) Head<S>(a, job / a.heads, job % a.heads, memory).run();
    });
}

void attend(const Attended& a) { a.dtype == Dtype::F32 ? attend_all<float>(a) : attend_all<Bf16>(a); }

void merge(const Merged& m) {
    const int64_t numbers = m.queries * m.heads * m.width;
    parallel(m.queries, numbers < (1 << 16) ? 1 : team_size(), [&](int64_t from, int64_t to) {
        for (int64_t query = from; query < to; query++) {
            for (int64_t head = 0; head < m.heads; head++) {
                float& lse = m.lse[query * m.lse_strides.token + head * m.lse_strides.head];
                const float more = m.other_lse[query * m.heads + head];
                const float high = lse > more ? lse : more, low = lse > more ? more : lse;
                const Vec share = splat<Vec>(1.0f / (1.0f + std::exp(lse - more)));
                lse = high + std::log1p(std::exp(low - high));
                float* const o = m.o + query * m.o_strides.token + head * m.o_strides.head;
                const float* const other = m.other + (query * m.heads + head) * m.width;
                sweep(m.width, [&](int64_t d, auto part) {
                    const Vec before = load(o + d, part);
                    store(o + d, multiply_add(share, load(other + d, part) - before, before), part);
                });
            }
        }
    });
}

constexpr AttentionOperations OPERATIONS{attend, merge};

}  // namespace

const AttentionOperations& attention_operations() { return OPERATIONS; }

}  // namespace mhc::MHC_ISA
