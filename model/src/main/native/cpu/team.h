// Parallel loops on the threads the caller has already: libtorch's own OpenMP team, as many as at::get_num_threads
// says.
#pragma once
#include <cstdint>

namespace mhc {

// A symbol of the libtorch in this process, or of what is linked beside us, or null.
void* find_symbol(const char* name);

// Threads of the calling thread's team: 1 inside a parallel region, or where there is no OpenMP.
int team_size();

// As many of them as have `per_thread` of the work to do, at least one.
int team_for(int64_t work, int64_t per_thread);

// Runs body(context, from, to) over parts of [0, jobs), contiguous and in order, on at most team_size() threads.
void run_parts(int64_t jobs, int threads, void (*body)(void* context, int64_t from, int64_t to), void* context);

template <class Body>
void parallel(int64_t jobs, int threads, Body body) {
    run_parts(jobs, threads, [](void* context, int64_t from, int64_t to) { (*static_cast<Body*>(context))(from, to); },
              &body);
}

}  // namespace mhc
