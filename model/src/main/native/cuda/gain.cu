// Amax gains of stream matrices and of their running products, arXiv 2512.24880 Fig. 3 and 7, in double; and the choice
// of a type's operations.
#include "device.cuh"

namespace mhc::cuda {

const Operations& operations_fp32(int32_t streams);
const Operations& operations_bf16(int32_t streams);

namespace {

constexpr int GAIN_THREADS = MAX_STREAMS * MAX_STREAMS, MEAN_THREADS = 128;

// The largest absolute row sum (forward, of all rows of H) and column sum of a matrix; every thread calls it.
MHC_DEVICE void amax(const double* h, int n, double* sums, double* gains) {
    const int i = threadIdx.x;
    if (i < 2 * n) {
        double sum = 0;
        for (int j = 0; j < n; j++) sum += i < n ? h[i * n + j] : h[j * n + i - n];
        sums[i] = fabs(sum);
    }
    __syncthreads();
    if (i < 2) {
        double most = 0;
        for (int j = 0; j < n; j++) most = fmax(most, sums[i * n + j]);
        gains[i] = most;
    }
    __syncthreads();
}

// A block for each token: gains [sites, T, 4], the products running over the sites.
MHC_KERNEL(GAIN_THREADS) void gains_of_token(const float* combs, int64_t sites, int n, double* gains) {
    double* h = reinterpret_cast<double*>(shared_memory());
    double *product = h + n * n, *sums = product + n * n;
    const int entry = threadIdx.x, i = entry / n, j = entry % n;
    const int64_t token = blockIdx.x, tokens = gridDim.x;
    if (entry < n * n) product[entry] = i == j ? 1 : 0;
    for (int64_t site = 0; site < sites; site++) {
        // h = comb^T;  product = h @ product
        if (entry < n * n) h[entry] = static_cast<double>(combs[(site * tokens + token) * n * n + j * n + i]);
        __syncthreads();
        double next = 0;
        for (int k = 0; k < n && entry < n * n; k++) next = fma(h[i * n + k], product[k * n + j], next);
        __syncthreads();
        if (entry < n * n) product[entry] = next;
        double* out = gains + (site * tokens + token) * 4;
        amax(h, n, sums, out);
        amax(product, n, sums, out + 2);
    }
}

// The mean over tokens of one site's four gains, always in the same order; a block for each site.
MHC_KERNEL(MEAN_THREADS) void mean_gains(const double* gains, int64_t tokens, double* means) {
    double* sums = reinterpret_cast<double*>(shared_memory());
    const int part = threadIdx.x / 4, gain = threadIdx.x % 4;
    double sum = 0;
    for (int64_t t = part; t < tokens; t += MEAN_THREADS / 4) sum += gains[(blockIdx.x * tokens + t) * 4 + gain];
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (part > 0) return;
    double total = 0;
    for (int i = 0; i < MEAN_THREADS / 4; i++) total += sums[i * 4 + gain];
    means[blockIdx.x * 4 + gain] = total / static_cast<double>(tokens);
}

}  // namespace

const Operations& operations(Shape shape) {
    return shape.dtype == Dtype::F32 ? operations_fp32(shape.streams) : operations_bf16(shape.streams);
}

void gain(const float* combs, int64_t sites, int64_t tokens, int32_t n, double* means) {
    if (sites == 0) return;
    double* gains = static_cast<double*>(allocate(sites * tokens * 4 * int64_t(sizeof(double))));
    // A warp at least: 2n of its threads sum rows and columns.
    const int threads = n * n > 32 ? n * n : 32;
    if (tokens > 0) {
        launch("hc_gain", gains_of_token, grid(tokens), threads, (2 * n * n + 2 * n) * sizeof(double), combs, sites, n,
               gains);
    }
    launch("hc_gain", mean_gains, grid(sites), MEAN_THREADS, MEAN_THREADS * sizeof(double), gains, tokens, means);
}

}  // namespace mhc::cuda
