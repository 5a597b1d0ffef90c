package mhc.eval.stats;

import java.util.List;

/**
 * Paired difference of two models' plain means over several benchmarks, which are taken as independent of each other. Test
 * and interval rest on the same t distribution, whose degrees are Satterthwaite's (Biometrics Bulletin 2:110, 1946), so that
 * the interval excludes 0 exactly when p is below 5%.
 *
 * @param benchmarks in the mean
 * @param delta mean of the differences
 * @param low lower end of the 95% confidence interval
 * @param high upper end
 * @param p two-sided, a test of its own that no correction includes
 */
public record MeanDifference(int benchmarks, double delta, double low, double high, double p) {

    /** @throws IllegalArgumentException when there is no difference to take the mean of */
    public static MeanDifference of(List<Difference> differences) {
        int k = differences.size();
        if (k == 0) {
            throw new IllegalArgumentException("There is no benchmark to take the mean of");
        }
        double delta = differences.stream().mapToDouble(Difference::delta).sum() / k;
        double variance = 0;
        double squares = 0;
        for (Difference difference : differences) {
            double part = difference.noise() * difference.noise();
            variance += part;
            squares += part * part / Math.max(1, difference.effectiveClusters() - 1);
        }
        if (variance == 0) {
            return new MeanDifference(k, delta, delta, delta, delta == 0 ? 1 : 0);
        }
        double stderr = Math.sqrt(variance) / k;
        StudentT t = new StudentT(variance * variance / squares);
        Interval interval = Interval.around(delta, t.quantile(1 - Difference.LEVEL / 2) * stderr)
                .within(Interval.WHOLE);
        return new MeanDifference(k, delta, interval.low(), interval.high(), t.twoSided(delta / stderr));
    }
}
