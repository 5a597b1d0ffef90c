package mhc.eval.stats;

import java.util.Arrays;
import java.util.List;

/** Standard errors of a mean score. Undefined ones (too few examples) are {@link Double#NaN}. */
public final class StandardError {

    private StandardError() {}

    /** Sample standard deviation (n - 1) over the root of n: lm-evaluation-harness's {@code mean_stderr}. */
    public static double ofMean(double[] values) {
        int n = values.length;
        if (n < 2) {
            return Double.NaN;
        }
        double mean = Arrays.stream(values).sum() / n;
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return Math.sqrt(squares / (n - 1) / n);
    }

    /**
     * Standard error of the mean when examples of one cluster are not independent (Miller, arXiv 2411.00640),
     * times the root of G / (G - 1) for G clusters. With one example per cluster it equals {@link #ofMean}.
     *
     * @param clusters cluster of each value
     */
    public static double clustered(double[] values, Groups clusters) {
        return clustered(clusters.sums(values));
    }

    /** The same from the sums of each cluster. */
    static double clustered(List<ClusterSum> clusters) {
        int groups = clusters.size();
        if (groups < 2) {
            return Double.NaN;
        }
        double n = clusters.stream().mapToDouble(ClusterSum::n).sum();
        double mean = clusters.stream().mapToDouble(ClusterSum::sum).sum() / n;
        double squares = clusters.stream()
                .mapToDouble(c -> c.residual(mean) * c.residual(mean))
                .sum();
        return Math.sqrt(squares * groups / (groups - 1)) / n;
    }

    /** The same without its bias under few, unequal clusters: each residual is divided by the root of 1 - n_c / n. */
    static double biasReduced(List<ClusterSum> clusters) {
        if (clusters.size() < 2) {
            return Double.NaN;
        }
        double n = clusters.stream().mapToDouble(ClusterSum::n).sum();
        double mean = clusters.stream().mapToDouble(ClusterSum::sum).sum() / n;
        double squares = clusters.stream()
                .mapToDouble(c -> c.residual(mean) * c.residual(mean) / (1 - c.n() / n))
                .sum();
        return Math.sqrt(squares) / n;
    }

    /** Clusters of equal size that would tell as much: n^2 over the sum of n_c^2; as many as there are where sizes are equal. */
    static double effectiveClusters(List<ClusterSum> clusters) {
        double n = clusters.stream().mapToDouble(ClusterSum::n).sum();
        return n
                * n
                / clusters.stream().mapToDouble(c -> (double) c.n() * c.n()).sum();
    }

    /** Standard error of the plain mean of independent benchmark scores. */
    public static double ofMacroMean(double[] stderr) {
        if (stderr.length == 0) {
            return Double.NaN;
        }
        return Math.sqrt(Arrays.stream(stderr).map(se -> se * se).sum()) / stderr.length;
    }
}
