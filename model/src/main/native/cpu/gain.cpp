// Amax gains of stream matrices and of their running products, arXiv 2512.24880 Fig. 3 and 7, in double.
#include <cmath>
#include <cstring>

#include "../kernels.h"

namespace mhc {
namespace {

using Matrix = double[MAX_STREAMS * MAX_STREAMS];

// Largest absolute row sum (of all rows of H) and column sum, added to sums[0] and sums[1].
void add_amax(const double* h, int n, double* sums) {
    double forward = 0, backward = 0;
    for (int i = 0; i < n; i++) {
        double row = 0, column = 0;
        for (int j = 0; j < n; j++) {
            row += h[i * n + j];
            column += h[j * n + i];
        }
        forward = std::fmax(forward, std::fabs(row));
        backward = std::fmax(backward, std::fabs(column));
    }
    sums[0] += forward;
    sums[1] += backward;
}

}  // namespace

void gain(const float* combs, int64_t sites, int64_t tokens, int32_t n, double* gain) {
    for (int64_t i = 0; i < sites * 4; i++) gain[i] = 0;
    for (int64_t t = 0; t < tokens; t++) {
        Matrix product;
        for (int64_t site = 0; site < sites; site++) {
            // h = comb^T;  product = h @ product
            const float* comb = combs + (site * tokens + t) * n * n;
            Matrix h, next;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) h[i * n + j] = comb[j * n + i];
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double total = 0;
                    for (int k = 0; k < n; k++) {
                        total += h[i * n + k] * (site == 0 ? double(k == j) : product[k * n + j]);
                    }
                    next[i * n + j] = total;
                }
            }
            std::memcpy(product, next, sizeof(double) * n * n);
            add_amax(h, n, gain + site * 4);
            add_amax(product, n, gain + site * 4 + 2);
        }
    }
    for (int64_t i = 0; i < sites * 4; i++) gain[i] /= double(tokens);
}

}  // namespace mhc
