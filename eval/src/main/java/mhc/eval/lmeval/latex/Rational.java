package mhc.eval.lmeval.latex;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Optional;

/** An exact fraction in lowest terms with a positive denominator. */
record Rational(BigInteger numerator, BigInteger denominator) {
    /** Powers beyond this size are left to floating point, where they overflow. */
    private static final int MAX_BITS = 100_000;

    static Rational of(BigInteger value) {
        return new Rational(value, BigInteger.ONE);
    }

    /** The value of a decimal such as "12.50". */
    static Rational of(BigDecimal decimal) {
        return decimal.scale() <= 0
                ? of(decimal.toBigIntegerExact())
                : reduced(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()));
    }

    private static Rational reduced(BigInteger numerator, BigInteger denominator) {
        BigInteger divisor = numerator.gcd(denominator);
        BigInteger signed = denominator.signum() < 0 ? divisor.negate() : divisor;
        return new Rational(numerator.divide(signed), denominator.divide(signed));
    }

    Rational plus(Rational other) {
        return reduced(
                numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                denominator.multiply(other.denominator));
    }

    Rational times(Rational other) {
        return reduced(numerator.multiply(other.numerator), denominator.multiply(other.denominator));
    }

    /** This to an integer power; empty for other exponents, for zero to a negative one, and for huge results. */
    Optional<Rational> power(Rational exponent) {
        if (!exponent.isInteger() || exponent.numerator.bitLength() > 31) {
            return Optional.empty();
        }
        int times = exponent.numerator.intValue();
        if (times < 0) {
            return numerator.signum() == 0
                    ? Optional.empty()
                    : reduced(denominator, numerator).power(of(exponent.numerator.negate()));
        }
        long bits = (long) times * Math.max(numerator.bitLength(), denominator.bitLength());
        return bits > MAX_BITS
                ? Optional.empty()
                : Optional.of(new Rational(numerator.pow(times), denominator.pow(times)));
    }

    boolean isInteger() {
        return denominator.equals(BigInteger.ONE);
    }

    Rational absolute() {
        return new Rational(numerator.abs(), denominator);
    }

    /** The largest integer not above this. */
    BigInteger floor() {
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        return parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    double toDouble() {
        return new BigDecimal(numerator)
                .divide(new BigDecimal(denominator), MathContext.DECIMAL128)
                .doubleValue();
    }
}
