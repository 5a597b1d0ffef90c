#include "team.h"

#include <dlfcn.h>

namespace mhc {
namespace {

// libgomp's entry points as compiled code calls them. They are looked up and not linked: two OpenMP runtimes in one
// process would double the threads.
struct OpenMp {
    void (*parallel)(void (*)(void*), void*, unsigned threads, unsigned flags);
    int (*max_threads)();
    int (*in_parallel)();
    int (*thread)();
    int (*threads)();

    bool usable() const { return parallel && max_threads && in_parallel && thread && threads; }
};

template <class F>
void find(F& function, const char* name) {
    function = reinterpret_cast<F>(find_symbol(name));
}

const OpenMp& openmp() {
    static const OpenMp found = [] {
        OpenMp omp;
        find(omp.parallel, "GOMP_parallel");
        // at::get_num_threads() also brings a fresh thread's count up to what was set for the process.
        find(omp.max_threads, "_ZN2at15get_num_threadsEv");
        if (!omp.max_threads) find(omp.max_threads, "omp_get_max_threads");
        find(omp.in_parallel, "omp_in_parallel");
        find(omp.thread, "omp_get_thread_num");
        find(omp.threads, "omp_get_num_threads");
        return omp;
    }();
    return found;
}

struct Parts {
    int64_t jobs;
    void (*body)(void*, int64_t, int64_t);
    void* context;
};

void run_part(void* argument) {
    const Parts& parts = *static_cast<const Parts*>(argument);
    const int64_t part = openmp().thread(), count = openmp().threads();
    const int64_t from = parts.jobs * part / count, to = parts.jobs * (part + 1) / count;
    if (from < to) parts.body(parts.context, from, to);
}

}  // namespace

void* find_symbol(const char* name) {
    // A Java engine loads libtorch privately (RTLD_LOCAL), so its handle is asked; it also answers for its
    // dependencies.
    static void* const torch = dlopen("libtorch_cpu.so", RTLD_NOLOAD | RTLD_LAZY);
    void* symbol = torch ? dlsym(torch, name) : nullptr;
    return symbol ? symbol : dlsym(RTLD_DEFAULT, name);
}

int team_size() {
    if (!openmp().usable() || openmp().in_parallel()) return 1;
    const int threads = openmp().max_threads();
    return threads > 1 ? threads : 1;
}

int team_for(int64_t work, int64_t per_thread) {
    const int64_t worthwhile = work / per_thread;
    if (worthwhile <= 1) return 1;
    const int threads = team_size();
    return threads < worthwhile ? threads : int(worthwhile);
}

void run_parts(int64_t jobs, int threads, void (*body)(void*, int64_t, int64_t), void* context) {
    if (jobs <= 0) return;
    if (threads > jobs) threads = static_cast<int>(jobs);
    if (threads <= 1) return body(context, 0, jobs);
    Parts parts{jobs, body, context};
    openmp().parallel(run_part, &parts, static_cast<unsigned>(threads), 0);
}

}  // namespace mhc
