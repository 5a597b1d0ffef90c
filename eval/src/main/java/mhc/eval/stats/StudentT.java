package mhc.eval.stats;

import org.apache.commons.math3.distribution.TDistribution;

/** Student's t distribution; beyond a million degrees it is the normal one. */
final class StudentT {
    private static final double FEWEST = 0.1;
    private static final double MOST = 1e6;

    private final TDistribution distribution;

    /** @param freedom degrees, which need not be whole */
    StudentT(double freedom) {
        distribution = new TDistribution(Math.min(MOST, Math.max(FEWEST, freedom)));
    }

    double quantile(double probability) {
        return distribution.inverseCumulativeProbability(probability);
    }

    /** Probability of a value at least as far from 0, either way. */
    double twoSided(double value) {
        return Math.min(1, 2 * distribution.cumulativeProbability(-Math.abs(value)));
    }
}
