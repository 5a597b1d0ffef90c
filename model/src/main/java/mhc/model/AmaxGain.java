package mhc.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Amax gain magnitudes of the residual mapping (arXiv 2512.24880, section 5.4): with H = comb transposed, forward is the
 * largest absolute row sum and backward the largest absolute column sum, of one site's H and of the product H_l ... H_1 of
 * all sites up to it. Per token first, then over tokens; products in float64.
 */
public final class AmaxGain {
    private AmaxGain() {}

    /** Mean and maximum over tokens. */
    public record Spread(double mean, double max) {}

    /** One site: single forward, single backward, composite forward, composite backward. */
    public record Site(Spread single, Spread singleBackward, Spread composite, Spread compositeBackward) {
        /** The four in the order in which recordings hold them. */
        public List<Spread> columns() {
            return List.of(single, singleBackward, composite, compositeBackward);
        }
    }

    /**
     * Gains of every site.
     *
     * @param combs per site [tokens, n, n], index [in, out]
     */
    static List<Site> of(float[][] combs, int streams) {
        int square = streams * streams;
        List<Site> sites = new ArrayList<>();
        double[][] products = null;
        for (float[] comb : combs) {
            int tokens = comb.length / square;
            double[][] mappings = new double[tokens][];
            Sum[] sums = {new Sum(), new Sum(), new Sum(), new Sum()};
            for (int t = 0; t < tokens; t++) {
                mappings[t] = transposed(comb, t * square, streams);
            }
            double[][] next = new double[tokens][];
            for (int t = 0; t < tokens; t++) {
                next[t] = products == null ? mappings[t] : product(mappings[t], products[t], streams);
                sums[0].add(largestRowSum(mappings[t], streams));
                sums[1].add(largestColumnSum(mappings[t], streams));
                sums[2].add(largestRowSum(next[t], streams));
                sums[3].add(largestColumnSum(next[t], streams));
            }
            products = next;
            sites.add(new Site(sums[0].spread(), sums[1].spread(), sums[2].spread(), sums[3].spread()));
        }
        return sites;
    }

    private static double[] transposed(float[] comb, int from, int n) {
        double[] mapping = new double[n * n];
        for (int in = 0; in < n; in++) {
            for (int out = 0; out < n; out++) {
                mapping[out * n + in] = comb[from + in * n + out];
            }
        }
        return mapping;
    }

    private static double[] product(double[] left, double[] right, int n) {
        double[] product = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += left[i * n + k] * right[k * n + j];
                }
                product[i * n + j] = sum;
            }
        }
        return product;
    }

    private static double largestRowSum(double[] matrix, int n) {
        double largest = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < n; j++) {
                sum += matrix[i * n + j];
            }
            largest = Math.max(largest, Math.abs(sum));
        }
        return largest;
    }

    private static double largestColumnSum(double[] matrix, int n) {
        double largest = 0;
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += matrix[i * n + j];
            }
            largest = Math.max(largest, Math.abs(sum));
        }
        return largest;
    }

    private static final class Sum {
        private double total;
        private double max;
        private int count;

        void add(double value) {
            total += value;
            max = Math.max(max, value);
            count++;
        }

        Spread spread() {
            return new Spread(total / count, max);
        }
    }
}
