package mhc.eval;

import java.io.Serializable;
import java.math.BigInteger;

/**
 * Count, sum and sum of squares of scores between 0 and 1: what mean and standard error need, mergeable in any order.
 *
 * <p>Adding doubles depends on their order, and so on the partitioning. A score is therefore rounded once to a multiple of
 * 2^-52 (the spacing of doubles just below 1: 0, 1 and every double from 1/2 on are exact, others move by at most 2^-53)
 * and all sums are exact integers in that unit. Equal scores give equal tallies, to the bit, however they are grouped.
 *
 * @param count number of scores
 * @param sum of the scores, in units of 2^-52
 * @param sumOfSquares of the scores, in units of 2^-104
 */
public record Tally(long count, BigInteger sum, BigInteger sumOfSquares) implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final double UNITS = 0x1p52;

    public static final Tally EMPTY = new Tally(0, BigInteger.ZERO, BigInteger.ZERO);

    static BigInteger units(double score) {
        return BigInteger.valueOf((long) Math.rint(score * UNITS));
    }

    /** The tally of the scores of both. */
    public Tally plus(Tally other) {
        return new Tally(count + other.count, sum.add(other.sum), sumOfSquares.add(other.sumOfSquares));
    }

    /** The tally of these scores and {@code zeros} times the score 0. */
    public Tally plusZeros(long zeros) {
        return new Tally(count + zeros, sum, sumOfSquares);
    }

    /** Arithmetic mean; NaN when there is no score. */
    public double mean() {
        return sum.doubleValue() / (count * UNITS);
    }

    /** Sample variance, n - 1 in the denominator; NaN below two scores. */
    public double variance() {
        if (count < 2) {
            return Double.NaN;
        }
        BigInteger n = BigInteger.valueOf(count);
        BigInteger spread = n.multiply(sumOfSquares).subtract(sum.multiply(sum));
        return spread.doubleValue() / UNITS / UNITS / ((double) count * (count - 1));
    }

    /** Standard error of the mean, sample standard deviation / sqrt(n); NaN below two scores. */
    public double standardError() {
        return Math.sqrt(variance() / count);
    }
}
