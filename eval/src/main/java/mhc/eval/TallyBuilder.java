package mhc.eval;

import java.math.BigInteger;

/** Adds scores one by one to a {@link Tally}; most are 0 or 1 and cost no large number. */
final class TallyBuilder {
    private long count;
    private long ones;
    private BigInteger sum = BigInteger.ZERO;
    private BigInteger sumOfSquares = BigInteger.ZERO;

    void add(double score) {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("A score is " + score + ", expected 0 to 1");
        }
        count++;
        if (score == 1) {
            ones++;
        } else if (score > 0) {
            BigInteger units = Tally.units(score);
            sum = sum.add(units);
            sumOfSquares = sumOfSquares.add(units.multiply(units));
        }
    }

    Tally build() {
        BigInteger one = Tally.units(1);
        BigInteger whole = BigInteger.valueOf(ones);
        return new Tally(count, sum.add(whole.multiply(one)), sumOfSquares.add(whole.multiply(one.multiply(one))));
    }
}
