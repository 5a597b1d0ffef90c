package mhc.eval.stats;

/** Number of examples of one cluster and the sum of their values. */
record ClusterSum(String cluster, int n, double sum) implements Comparable<ClusterSum> {

    ClusterSum plus(ClusterSum other) {
        return new ClusterSum(cluster, n + other.n, sum + other.sum);
    }

    /** Sum of the deviations from {@code mean}. */
    double residual(double mean) {
        return sum - n * mean;
    }

    @Override
    public int compareTo(ClusterSum other) {
        return cluster.compareTo(other.cluster);
    }
}
