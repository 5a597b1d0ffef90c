package mhc.eval.stats;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Exact two-sided sign-flip test on integer cluster sums. If the two models were the same, exchanging their answers on
 * all examples of a cluster would change nothing but the sign of the cluster's sum, so that every pattern of signs is
 * equally likely; p is the share of patterns whose total is at least as far from 0 as the one seen. With one example per
 * cluster every sum is -1, 0 or 1, the total is binomial, and this is the exact McNemar test.
 *
 * @param p two-sided
 * @param midP counts patterns as far from 0 as the one seen by half
 */
record SignFlips(double p, double midP) {

    static SignFlips of(List<ClusterSum> clusters) {
        Map<Integer, Integer> countBySize = new TreeMap<>();
        int seen = 0;
        for (ClusterSum cluster : clusters) {
            int sum = Math.toIntExact(Math.round(cluster.sum()));
            seen += sum;
            if (sum != 0) {
                countBySize.merge(Math.abs(sum), 1, Integer::sum);
            }
        }
        if (seen == 0) {
            return new SignFlips(1, 1); // the two tails meet at 0, half of it in each
        }
        // plus[s]: probability that the clusters with a positive sign sum up to s; the total is then 2 s - reach.
        double[] plus = {1};
        for (Map.Entry<Integer, Integer> entry : countBySize.entrySet()) {
            plus = convolve(plus, fairBinomial(entry.getValue()), entry.getKey());
        }
        int reach = plus.length - 1;
        double beyond = 0;
        double level = 0;
        for (int s = 0; 2 * s <= reach; s++) { // ascending in probability towards the centre: small terms first
            int total = reach - 2 * s;
            double both = total == 0 ? plus[s] : plus[s] + plus[reach - s];
            if (total > Math.abs(seen)) {
                beyond += both;
            } else if (total == Math.abs(seen)) {
                level += both;
            }
        }
        return new SignFlips(Math.min(1, beyond + level), Math.min(1, beyond + level / 2));
    }

    /**
     * Probabilities of 0..n heads of a fair coin. Ratios of neighbours, outwards from the centre, then divided by their
     * sum: no factorial, no overflow, and far tails keep their relative precision down to the smallest double.
     */
    static double[] fairBinomial(int n) {
        double[] probability = new double[n + 1];
        int centre = n / 2;
        probability[centre] = 1;
        for (int k = centre; k > 0; k--) {
            probability[k - 1] = probability[k] * k / (n - k + 1);
        }
        for (int k = centre; k < n; k++) {
            probability[k + 1] = probability[k] * (n - k) / (k + 1);
        }
        double sum = 0;
        for (int k = 0; k < n - k; k++) {
            sum += probability[k] + probability[n - k];
        }
        sum += n % 2 == 0 ? probability[centre] : 0;
        for (int k = 0; k <= n; k++) {
            probability[k] /= sum;
        }
        return probability;
    }

    /** Distribution of {@code x + step * y} from those of x and y. */
    private static double[] convolve(double[] x, double[] y, int step) {
        double[] sum = new double[x.length + step * (y.length - 1)];
        for (int j = 0; j < y.length; j++) {
            for (int i = 0; i < x.length; i++) {
                sum[i + step * j] += x[i] * y[j];
            }
        }
        return sum;
    }
}
