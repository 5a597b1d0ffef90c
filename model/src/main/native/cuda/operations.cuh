// The operations as sequences of launches. Compiled once for each type of streams.
#pragma once
#include <optional>

#include "../typed.h"
#include "site.cuh"

namespace mhc::cuda {

inline bool aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

template <class... Pointers>
bool vectors(Shape s, Pointers... pointers) {
    return s.channels % LANE == 0 && (aligned(pointers) && ...);
}

inline int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

inline size_t floats(int64_t count) { return static_cast<size_t>(count) * sizeof(float); }

// Tokens of a slab are a multiple of it: as many as a block of the projection has.
constexpr int64_t SLAB_STEP = 8 * TOKENS;

// How nC is summed, and the memory for it. Where that would be more than most_scratch(), tokens are taken in slabs, one
// after another in the same memory.
struct Plan {
    int64_t chunks, unit;
    int64_t slab;  // tokens at once

    // Chunks are summed by units of their own where tokens are too few to fill the device with groups.
    Plan(Shape s, int rows, int splits, bool chunk_by_chunk) : chunks(parts(s.channels, CHUNK)), rows_(rows) {
        const int64_t group = splits > 0 ? parts(chunks, splits) : GROUP;
        const bool whole =
            !chunk_by_chunk && parts(s.tokens, TOKENS) * parts(chunks, group) >= 2 * gpu().multiprocessors;
        unit = whole ? group : 1;
        fan_ = whole ? 1 : group;
        units_ = parts(chunks, unit);
        stride_ = parts(rows, 8) * 8;
        const int64_t of_token = int64_t(floats(units_ * (stride_ + 1)));
        const int64_t whole_blocks = most_scratch() / of_token / SLAB_STEP * SLAB_STEP;
        const int64_t most = whole_blocks > SLAB_STEP ? whole_blocks : SLAB_STEP;
        slab = s.tokens < most ? s.tokens : most;
        memory_ = static_cast<float*>(allocate(slab * of_token));
    }

    // The partial sums of `tokens` tokens, a slab at most.
    Sums sums(int64_t tokens) const {
        return {memory_, memory_ + units_ * tokens * stride_, tokens, units_, fan_, int32_t(stride_)};
    }

    // [slab, rows], allocated when first asked for.
    float* mix() {
        if (mix_ == nullptr) mix_ = static_cast<float*>(allocate(int64_t(floats(slab * rows_))));
        return mix_;
    }

private:
    int64_t rows_, fan_, units_, stride_;
    float* memory_;
    float* mix_ = nullptr;
};

template <class S, int N>
struct Typed {
    // Rows of fn of a block, by eight. A run-time n takes several blocks, which all read the streams.
    static constexpr int SOME_TILES = 4;
    static constexpr int MIX_TILES = N > 0 ? TILES_OF<N> : SOME_TILES;
    static constexpr int HEAD_TILES = N > 0 ? 1 : SOME_TILES;

    template <int TILES, int MADE>
    static void project_streams(const char* op, Shape s, const Site& site, int rows, const Plan& plan,
                                Source<S> source) {
        const bool vectored = vectors(s, source.h, source.f, source.out, site.fn);
        const Sums sums = plan.sums(s.tokens);
        const Projection projection{
            site.fn, rows, s.streams, int32_t(s.channels), int32_t(plan.chunks), int32_t(plan.unit), sums};
        const int64_t slices = parts(sums.stride / 8, TILES);
        int64_t warps = 8;
        while (warps > 1 && parts(s.tokens, warps * TOKENS) * sums.units * slices < 2 * gpu().multiprocessors) {
            warps /= 2;
        }
        const size_t shared = floats(WeightRing<S, TILES, true>::SIZE + warps * TOKENS * MERGE<MADE>);
        launch(op, vectored ? project<S, true, TILES, MADE> : project<S, false, TILES, MADE>,
               grid(parts(s.tokens, warps * TOKENS), sums.units, slices), int(warps) * 32, shared, projection, source);
    }

    static void finish(const char* op, Shape s, Plan& plan, const Site& site, bool head, const void* h, void* y,
                       float* post, float* comb) {
        const Sums sums = plan.sums(s.tokens);
        const int64_t values = sums.stride + 1, groups = parts(s.channels, WARP_CHANNELS);
        const size_t shared = floats(values + s.streams + (STAGED * values > groups ? STAGED * values : groups));
        launch(op, read_streams<S, N>, grid(s.tokens), READ_THREADS, shared, sums, site, head, static_cast<const S*>(h),
               s.streams, s.channels, vectors(s, h, y, site.norm), static_cast<S*>(y), post, comb);
        if (!head) balance(op, s, plan, site, comb);
    }

    // Calls body(part, from) for the tokens from `from` on, as many as have partial sums at once.
    template <class Body>
    static void for_slabs(Shape s, const Plan& plan, Body body) {
        for (int64_t from = 0; from < s.tokens; from += plan.slab) {
            Shape part = s;
            part.tokens = plan.slab < s.tokens - from ? plan.slab : s.tokens - from;
            body(part, from);
        }
    }

    static void finish_mix(const char* op, Shape s, const Sums& sums, float norm_eps, float* mix) {
        launch(op, cuda::finish_mix, grid(s.tokens), 128, floats((STAGED + 1) * (sums.stride + 1)), sums, rows_of(s),
               s.streams * s.channels, norm_eps, mix);
    }

    // Without eps, the comb that takes the place of the one the kernels before have left.
    static void balance(const char* op, Shape s, const Site& site, const float* mix, float* comb) {
        if (site.hc_eps > 0) return;
        launch(op, balance_in_logs<N>, grid(parts(s.tokens * CAPACITY<N>, 128)), 128, 0, mix, site, s.tokens, s.streams,
               comb);
    }

    static void balance(const char* op, Shape s, Plan& plan, const Site& site, float* comb) {
        if (site.hc_eps > 0) return;
        finish_mix(op, s, plan.sums(s.tokens), site.norm_eps, plan.mix());
        balance(op, s, site, plan.mix(), comb);
    }

    // Streams that are read as they are.
    static Source<S> given(const void* h) { return {static_cast<const S*>(h), nullptr, nullptr, nullptr, nullptr}; }

    static int rows_of(Shape s) { return 2 * s.streams + s.streams * s.streams; }

    static void mix(Shape s, const void* h, const Site& site, float* mix) {
        if (s.tokens == 0) return;
        const Plan plan(s, rows_of(s), site.splits, false);
        for_slabs(s, plan, [&](Shape part, int64_t from) {
            const S* streams = static_cast<const S*>(h) + from * s.streams * s.channels;
            project_streams<MIX_TILES, 0>("hc_mix", part, site, rows_of(s), plan, given(streams));
            finish_mix("hc_mix", part, plan.sums(part.tokens), site.norm_eps, mix + from * rows_of(s));
        });
    }

    static void coefficients(Shape s, const float* mix, const Site& site, float* pre, float* post, float* comb) {
        if (s.tokens == 0) return;
        launch("hc_coeffs", cuda::coefficients<N>, grid(parts(s.tokens * CAPACITY<N>, 128)), 128, 0, mix, site,
               s.tokens, s.streams, pre, post, comb);
        balance("hc_coeffs", s, site, mix, comb);
    }

    // Blocks along the channels: as many as the device can use beside the tokens.
    static int64_t slices(Shape s) {
        const int64_t most = parts(s.channels, 128 * LANE), wanted = parts(8 * gpu().multiprocessors, s.tokens);
        return wanted < most ? wanted : most;
    }

    static void apply_pre(Shape s, const void* h, const float* pre, void* y) {
        if (s.tokens == 0) return;
        launch("hc_apply_pre", cuda::apply_pre<S, N>, grid(s.tokens, slices(s)), 128, floats(s.streams),
               static_cast<const S*>(h), pre, s.streams, s.channels, vectors(s, h, y), static_cast<S*>(y));
    }

    static void write(const char* op, Shape s, const void* f, const void* h, const float* post, const float* comb,
                      void* out) {
        launch(op, write_streams<S, N>, grid(s.tokens, slices(s)), 128, floats(rows_of(s)), static_cast<const S*>(f),
               static_cast<const S*>(h), post, comb, s.streams, s.channels, vectors(s, f, h, out),
               static_cast<S*>(out));
    }

    static void post(Shape s, const void* f, const void* h, const float* post, const float* comb, void* out) {
        if (s.tokens > 0) write("hc_post", s, f, h, post, comb, out);
    }

    // The blocks and the memory of one cooperative launch.
    struct OneLaunch {
        int64_t workers, others;
        size_t shared;
    };

    static constexpr int BOUNDARY_THREADS = 32 * SITE_WARPS<N>;

    // How the shape goes into one launch, if it is small enough and the device can hold it.
    static std::optional<OneLaunch> fits_one_launch(const char* op, Shape s) {
        if (N == 0 || s.tokens > ONE_LAUNCH_TOKENS || !gpu().cooperative) return std::nullopt;
        if constexpr (N > 0) {
            const int64_t chunks = parts(s.channels, CHUNK);
            // Fewer blocks keep more each, of which the device may hold fewer still.
            for (int64_t workers = chunks;;) {
                const int64_t passes = parts(chunks, workers);
                const int64_t kept = passes * s.tokens * N * CHUNK * int64_t(sizeof(S));
                if (kept > int64_t(MOST_SHARED)) return std::nullopt;
                const size_t shared = floats(SiteLayout<S, N>(int(s.tokens), int(passes)).all);
                if (shared > MOST_SHARED) return std::nullopt;
                const int64_t resident = resident_blocks(op, boundary<S, N>, BOUNDARY_THREADS, shared);
                if (resident < 2) return std::nullopt;
                if (workers < resident) {
                    return OneLaunch{workers, resident - workers < s.tokens ? resident - workers : s.tokens, shared};
                }
                workers = resident - 1;
            }
        }
        return std::nullopt;
    }

    // Whether it took place.
    static bool boundary_in_one_launch(const char* op, Shape s, const Source<S>& source, const Site& site, void* y,
                                       float* post, float* comb) {
        const std::optional<OneLaunch> fit = fits_one_launch(op, s);
        if (!fit) return false;
        if constexpr (N > 0) {
            Plan plan(s, rows_of(s), 0, true);
            float* norm_squares = nullptr;
            if (site.norm != nullptr) {
                norm_squares = static_cast<float*>(allocate(int64_t(floats(plan.chunks * s.tokens))));
            }
            const SiteCall<S> call{source,
                                   site,
                                   plan.sums(s.tokens),
                                   norm_squares,
                                   s.channels,
                                   int32_t(fit->workers),
                                   vectors(s, source.f, source.h, source.out, site.fn, site.norm, y),
                                   static_cast<S*>(y),
                                   post,
                                   comb};
            launch_cooperative(op, boundary<S, N>, grid(fit->workers + fit->others), BOUNDARY_THREADS, fit->shared,
                               call);
            balance(op, s, plan, site, comb);
        }
        return true;
    }

    static void pre(Shape s, const void* streams, const Site& site, void* read, float* post, float* comb) {
        if (s.tokens == 0) return;
        const char* op = "hc_pre";
        const S* h = static_cast<const S*>(streams);
        S* y = static_cast<S*>(read);
        if (boundary_in_one_launch(op, s, given(h), site, y, post, comb)) return;
        Plan plan(s, rows_of(s), 0, false);
        const int64_t n = s.streams, c = s.channels;
        for_slabs(s, plan, [&](Shape part, int64_t from) {
            project_streams<MIX_TILES, 0>(op, part, site, rows_of(s), plan, given(h + from * n * c));
            finish(op, part, plan, site, false, h + from * n * c, y + from * c, post + from * n, comb + from * n * n);
        });
    }

    static void post_pre(Shape s, const void* sublayer, const void* streams, const float* post, const float* comb,
                         const Site& next, void* written, void* read, float* next_post, float* next_comb) {
        if (s.tokens == 0) return;
        const char* op = "hc_post_pre";
        const S *f = static_cast<const S*>(sublayer), *h = static_cast<const S*>(streams);
        S *out = static_cast<S*>(written), *y = static_cast<S*>(read);
        if (boundary_in_one_launch(op, s, {h, f, post, comb, out}, next, y, next_post, next_comb)) return;
        Plan plan(s, rows_of(s), 0, false);
        const int64_t n = s.streams, c = s.channels;
        for_slabs(s, plan, [&](Shape part, int64_t from) {
            const int64_t at = from * n * c;
            const Source<S> source{h + at, f + from * c, post + from * n, comb + from * n * n, out + at};
            if constexpr (N == 2 || N == 4) {
                project_streams<MIX_TILES, N>(op, part, next, rows_of(s), plan, source);
            } else {
                // More streams than registers hold beside their products, or none to speak of.
                write(op, part, source.f, source.h, source.post, source.comb, source.out);
                project_streams<MIX_TILES, 0>(op, part, next, rows_of(s), plan, given(source.out));
            }
            finish(op, part, plan, next, false, source.out, y + from * c, next_post + from * n,
                   next_comb + from * n * n);
        });
    }

    static void head(Shape s, const void* streams, const Site& site, void* read) {
        if (s.tokens == 0) return;
        const S* h = static_cast<const S*>(streams);
        S* y = static_cast<S*>(read);
        Site merge = site;
        merge.norm = nullptr;
        Plan plan(s, s.streams, 0, false);
        for_slabs(s, plan, [&](Shape part, int64_t from) {
            const S* part_of_h = h + from * s.streams * s.channels;
            project_streams<HEAD_TILES, 0>("hc_head", part, site, s.streams, plan, given(part_of_h));
            finish("hc_head", part, plan, merge, true, part_of_h, y + from * s.channels, nullptr, nullptr);
        });
    }
};

}  // namespace mhc::cuda
