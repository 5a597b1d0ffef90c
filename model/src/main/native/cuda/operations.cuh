// The operations as sequences of launches. Compiled once for each type of streams.
#pragma once
#include "site.cuh"

namespace mhc::cuda {

inline bool aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

template <class... Pointers>
bool vectors(Shape s, Pointers... pointers) {
    return s.channels % LANE == 0 && (aligned(pointers) && ...);
}

inline int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

inline unsigned blocks(int64_t count) { return static_cast<unsigned>(count); }

// How nC is summed, and the memory for it.
struct Plan {
    Sums sums;
    int64_t chunks, unit;

    // Chunks are summed by units of their own where tokens are too few to fill the device with groups.
    Plan(Shape s, int rows, int splits, bool chunk_by_chunk) : chunks(parts(s.channels, CHUNK)) {
        const int64_t group = splits > 0 ? parts(chunks, splits) : GROUP;
        const bool whole = !chunk_by_chunk && parts(s.tokens, TOKENS) * parts(chunks, group) >= 2 * multiprocessors();
        unit = whole ? group : 1;
        const int64_t units = parts(chunks, unit), stride = parts(rows, 8) * 8;
        float* memory = static_cast<float*>(allocate(units * s.tokens * (stride + 1) * int64_t(sizeof(float))));
        sums = {memory, memory + units * s.tokens * stride, s.tokens, units, whole ? 1 : group, int32_t(stride)};
    }
};

inline size_t floats(int64_t count) { return static_cast<size_t>(count) * sizeof(float); }

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
        const Projection projection{site.fn, rows, s.streams, s.channels, plan.chunks, plan.unit, vectored, plan.sums};
        const int64_t slices = parts(plan.sums.stride / 8, TILES);
        int64_t warps = 8;
        while (warps > 1 && parts(s.tokens, warps * TOKENS) * plan.sums.units * slices < 2 * multiprocessors()) {
            warps /= 2;
        }
        const dim3 grid(blocks(parts(s.tokens, warps * TOKENS)), blocks(plan.sums.units), blocks(slices));
        const size_t shared = floats(STAGES * TILES * 8 * ROW_STRIDE + warps * TOKENS * MERGE<MADE>);
        launch(op, project<S, TILES, MADE>, grid, int(warps) * 32, shared, projection, source);
    }

    static void finish(const char* op, Shape s, const Plan& plan, const Site& site, bool head, const void* h, void* y,
                       float* post, float* comb) {
        const int64_t values = plan.sums.stride + 1, groups = parts(s.channels, WARP_CHANNELS);
        const size_t shared = floats(values + s.streams + (STAGED * values > groups ? STAGED * values : groups));
        launch(op, read_streams<S, N>, dim3(blocks(s.tokens)), READ_THREADS, shared, plan.sums, site, head,
               static_cast<const S*>(h), s.streams, s.channels, vectors(s, h, y, site.norm), static_cast<S*>(y), post,
               comb);
        if (!head) balance(op, s, site, plan.sums, comb);
    }

    static void finish_mix(const char* op, Shape s, const Sums& sums, float norm_eps, float* mix) {
        launch(op, cuda::finish_mix, dim3(blocks(s.tokens)), 128, floats((STAGED + 1) * (sums.stride + 1)), sums,
               rows_of(s), s.streams * s.channels, norm_eps, mix);
    }

    // Without eps, the comb that takes the place of the one the kernels before have left.
    static void balance(const char* op, Shape s, const Site& site, const float* mix, float* comb) {
        if (site.hc_eps > 0) return;
        launch(op, balance_in_logs<N>, dim3(blocks(parts(s.tokens * CAPACITY<N>, 128))), 128, 0, mix, site, s.tokens,
               s.streams, comb);
    }

    static void balance(const char* op, Shape s, const Site& site, const Sums& sums, float* comb) {
        if (site.hc_eps > 0) return;
        float* mix = static_cast<float*>(allocate(int64_t(floats(s.tokens * rows_of(s)))));
        finish_mix(op, s, sums, site.norm_eps, mix);
        balance(op, s, site, mix, comb);
    }

    // Streams that are read as they are.
    static Source<S> given(const void* h) { return {static_cast<const S*>(h), nullptr, nullptr, nullptr, nullptr}; }

    static int rows_of(Shape s) { return 2 * s.streams + s.streams * s.streams; }

    static void mix(Shape s, const void* h, const Site& site, float* mix) {
        if (s.tokens == 0) return;
        const Plan plan(s, rows_of(s), site.splits, false);
        project_streams<MIX_TILES, 0>("hc_mix", s, site, rows_of(s), plan, given(h));
        finish_mix("hc_mix", s, plan.sums, site.norm_eps, mix);
    }

    static void coefficients(Shape s, const float* mix, const Site& site, float* pre, float* post, float* comb) {
        if (s.tokens == 0) return;
        launch("hc_coeffs", cuda::coefficients<N>, dim3(blocks(parts(s.tokens * CAPACITY<N>, 128))), 128, 0, mix, site,
               s.tokens, s.streams, pre, post, comb);
        balance("hc_coeffs", s, site, mix, comb);
    }

    // Blocks along the channels: as many as the device can use beside the tokens.
    static unsigned slices(Shape s) {
        const int64_t most = parts(s.channels, 128 * LANE), wanted = parts(8 * multiprocessors(), s.tokens);
        return blocks(wanted < most ? wanted : most);
    }

    static void apply_pre(Shape s, const void* h, const float* pre, void* y) {
        if (s.tokens == 0) return;
        launch("hc_apply_pre", cuda::apply_pre<S, N>, dim3(blocks(s.tokens), slices(s)), 128, floats(s.streams),
               static_cast<const S*>(h), pre, s.streams, s.channels, vectors(s, h, y), static_cast<S*>(y));
    }

    static void write(const char* op, Shape s, const void* f, const void* h, const float* post, const float* comb,
                      void* out) {
        launch(op, write_streams<S, N>, dim3(blocks(s.tokens), slices(s)), 128, floats(rows_of(s)),
               static_cast<const S*>(f), static_cast<const S*>(h), post, comb, s.streams, s.channels,
               vectors(s, f, h, out), static_cast<S*>(out));
    }

    static void post(Shape s, const void* f, const void* h, const float* post, const float* comb, void* out) {
        if (s.tokens > 0) write("hc_post", s, f, h, post, comb, out);
    }

    // One cooperative launch, if the shape is for it and the device can hold it.
    static bool few(const char* op, Shape s, const Source<S>& source, const Site& site, void* y, float* post,
                    float* comb) {
        if constexpr (N == 0) {
            return false;
        } else {
            if (s.tokens > FEW_TOKENS) return false;
            const int tokens = int(s.tokens), threads = 32 * SITE_WARPS<N>;
            const int64_t chunks = parts(s.channels, CHUNK);
            int64_t workers = chunks, others = 0;
            size_t shared = 0;
            // Fewer blocks keep more each, of which the device may hold fewer still.
            for (;;) {
                const int64_t passes = parts(chunks, workers);
                shared = passes * tokens * N * CHUNK * int64_t(sizeof(S)) > int64_t(MOST_SHARED)
                             ? MOST_SHARED + 1
                             : floats(SiteLayout<S, N>(tokens, int(passes)).all);
                if (shared > MOST_SHARED) return false;
                const int64_t resident = resident_blocks(op, boundary<S, N>, threads, shared);
                if (resident < 2) return false;
                others = s.tokens < resident - 1 ? s.tokens : resident - 1;
                if (workers + 1 <= resident) {
                    others = resident - workers < s.tokens ? resident - workers : s.tokens;
                    break;
                }
                workers = resident - 1;
            }
            Plan plan(s, rows_of(s), 0, true);
            float* norm_squares = nullptr;
            if (site.norm != nullptr) norm_squares = static_cast<float*>(allocate(int64_t(floats(chunks * s.tokens))));
            const SiteCall<S> call{source,
                                   site,
                                   plan.sums,
                                   norm_squares,
                                   s.channels,
                                   int32_t(workers),
                                   vectors(s, source.f, source.h, source.out, site.fn, site.norm, y),
                                   static_cast<S*>(y),
                                   post,
                                   comb};
            launch_cooperative(op, boundary<S, N>, dim3(blocks(workers + others)), threads, shared, call);
            balance(op, s, site, plan.sums, comb);
            return true;
        }
    }

    static void pre(Shape s, const void* h, const Site& site, void* y, float* post, float* comb) {
        if (s.tokens == 0) return;
        const Source<S> source = given(h);
        if (few("hc_pre", s, source, site, y, post, comb)) return;
        const Plan plan(s, rows_of(s), 0, false);
        project_streams<MIX_TILES, 0>("hc_pre", s, site, rows_of(s), plan, source);
        finish("hc_pre", s, plan, site, false, h, y, post, comb);
    }

    static void post_pre(Shape s, const void* f, const void* h, const float* post, const float* comb, const Site& next,
                         void* out, void* y, float* next_post, float* next_comb) {
        if (s.tokens == 0) return;
        const char* op = "hc_post_pre";
        const Source<S> source{static_cast<const S*>(h), static_cast<const S*>(f), post, comb, static_cast<S*>(out)};
        if (few(op, s, source, next, y, next_post, next_comb)) return;
        const Plan plan(s, rows_of(s), 0, false);
        if constexpr (N == 2 || N == 4) {
            project_streams<MIX_TILES, N>(op, s, next, rows_of(s), plan, source);
        } else {
            // More streams than registers hold beside their products, or none to speak of.
            write(op, s, f, h, post, comb, out);
            project_streams<MIX_TILES, 0>(op, s, next, rows_of(s), plan, given(out));
        }
        finish(op, s, plan, next, false, out, y, next_post, next_comb);
    }

    static void head(Shape s, const void* h, const Site& site, void* y) {
        if (s.tokens == 0) return;
        Site merge = site;
        merge.norm = nullptr;
        const Plan plan(s, s.streams, 0, false);
        project_streams<HEAD_TILES, 0>("hc_head", s, site, s.streams, plan, given(h));
        finish("hc_head", s, plan, merge, true, h, y, nullptr, nullptr);
    }
};

template <class S, int N>
constexpr Operations OPERATIONS{Typed<S, N>::mix,  Typed<S, N>::coefficients, Typed<S, N>::apply_pre, Typed<S, N>::pre,
                                Typed<S, N>::post, Typed<S, N>::post_pre,     Typed<S, N>::head};

template <class S>
const Operations& of_streams(int32_t streams) {
    switch (streams) {
        case 1: return OPERATIONS<S, 1>;
        case 2: return OPERATIONS<S, 2>;
        case 4: return OPERATIONS<S, 4>;
        case 8: return OPERATIONS<S, 8>;
        default: return OPERATIONS<S, 0>;
    }
}

}  // namespace mhc::cuda
