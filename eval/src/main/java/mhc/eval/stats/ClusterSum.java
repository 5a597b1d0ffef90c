package mhc.eval.stats;

/** Number of examples of one cluster and the sum of their values. */
record ClusterSum(String cluster, int n, double sum) {

    /** Sum of the deviations from {@code mean}. */
    double residual(double mean) {
        return sum - n * mean;
    }
}
