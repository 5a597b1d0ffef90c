package mhc.eval.lmeval.latex;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** The functions the grammar knows. */
enum Function {
    EXP,
    LOG,
    SIN,
    COS,
    TAN,
    CSC,
    SEC,
    COT,
    ARCSIN,
    ARCCOS,
    ARCTAN,
    ARCCSC,
    ARCSEC,
    ARCCOT,
    SINH,
    COSH,
    TANH,
    ARSINH,
    ARCOSH,
    ARTANH,
    ABSOLUTE,
    CONJUGATE,
    FLOOR,
    CEILING,
    FACTORIAL,
    BINOMIAL;

    private static final int LARGEST_FACTORIAL = 3000;

    /** Number of factors up to which a binomial coefficient is multiplied out. */
    private static final int LARGEST_PRODUCT = 64;

    /** Lanczos approximation of the gamma function, g = 7, nine terms. */
    private static final double[] LANCZOS = {
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7
    };

    /** The exact value at rational arguments, where there is one. */
    Optional<Rational> exact(List<Rational> arguments) {
        Rational x = arguments.get(0);
        return switch (this) {
            case ABSOLUTE -> Optional.of(x.absolute());
            case CONJUGATE -> Optional.of(x);
            case FLOOR -> Optional.of(Rational.of(x.floor()));
            case CEILING ->
                Optional.of(Rational.of(new Rational(x.numerator().negate(), x.denominator())
                        .floor()
                        .negate()));
            case FACTORIAL -> factorial(x).map(Rational::of);
            case BINOMIAL -> binomial(x, arguments.get(1));
            default -> Optional.empty();
        };
    }

    private static Optional<BigInteger> factorial(Rational x) {
        boolean small = x.isInteger() && x.numerator().bitLength() < 16;
        int n = small ? x.numerator().intValue() : -1;
        if (n < 0 || n > LARGEST_FACTORIAL) {
            return Optional.empty();
        }
        BigInteger product = BigInteger.ONE;
        for (int i = 2; i <= n; i++) {
            product = product.multiply(BigInteger.valueOf(i));
        }
        return Optional.of(product);
    }

    private static Optional<Rational> binomial(Rational n, Rational k) {
        boolean small = k.isInteger() && k.numerator().bitLength() < 12;
        if (!small) {
            return Optional.empty();
        }
        int terms = k.numerator().intValue();
        if (terms < 0) {
            return Optional.of(Rational.of(BigInteger.ZERO));
        }
        Rational product = Rational.of(BigInteger.ONE);
        for (int i = 0; i < terms; i++) {
            Rational factor = n.plus(Rational.of(BigInteger.valueOf(-i)));
            product = product.times(factor).times(new Rational(BigInteger.ONE, BigInteger.valueOf(i + 1)));
        }
        return Optional.of(product);
    }

    /** The value at complex arguments. */
    Complex at(List<Complex> arguments) {
        Complex x = arguments.get(0);
        return switch (this) {
            case EXP -> x.exp();
            case LOG ->
                arguments.size() == 1 ? x.log() : x.log().over(arguments.get(1).log());
            case SIN -> sin(x);
            case COS -> cos(x);
            case TAN -> sin(x).over(cos(x));
            case CSC -> sin(x).reciprocal();
            case SEC -> cos(x).reciprocal();
            case COT -> cos(x).over(sin(x));
            case ARCSIN -> arcsin(x);
            case ARCCOS -> Complex.of(Math.PI / 2).minus(arcsin(x));
            case ARCTAN -> arctan(x);
            case ARCCSC -> arcsin(x.reciprocal());
            case ARCSEC -> Complex.of(Math.PI / 2).minus(arcsin(x.reciprocal()));
            case ARCCOT -> x.absolute() == 0 ? Complex.of(Math.PI / 2) : arctan(x.reciprocal());
            case SINH -> x.exp().minus(x.times(-1).exp()).times(0.5);
            case COSH -> x.exp().plus(x.times(-1).exp()).times(0.5);
            case TANH -> SINH.at(arguments).over(COSH.at(arguments));
            case ARSINH -> x.plus(x.times(x).plus(Complex.ONE).squareRoot()).log();
            case ARCOSH ->
                x.plus(x.plus(Complex.ONE)
                                .squareRoot()
                                .times(x.minus(Complex.ONE).squareRoot()))
                        .log();
            case ARTANH ->
                Complex.ONE.plus(x).log().minus(Complex.ONE.minus(x).log()).times(0.5);
            case ABSOLUTE -> Complex.of(x.absolute());
            case CONJUGATE -> x.conjugate();
            case FLOOR -> new Complex(Math.floor(x.re()), Math.floor(x.im()));
            case CEILING -> new Complex(Math.ceil(x.re()), Math.ceil(x.im()));
            case FACTORIAL -> gamma(x.plus(Complex.ONE));
            case BINOMIAL -> binomial(x, arguments.get(1));
        };
    }

    private static Complex sin(Complex x) {
        return new Complex(Math.sin(x.re()) * Math.cosh(x.im()), Math.cos(x.re()) * Math.sinh(x.im()));
    }

    private static Complex cos(Complex x) {
        return new Complex(Math.cos(x.re()) * Math.cosh(x.im()), -Math.sin(x.re()) * Math.sinh(x.im()));
    }

    private static Complex arcsin(Complex x) {
        Complex root = Complex.ONE.minus(x.times(x)).squareRoot();
        return Complex.I.times(x).plus(root).log().times(Complex.I).times(-1);
    }

    private static Complex arctan(Complex x) {
        Complex ix = Complex.I.times(x);
        return Complex.ONE
                .minus(ix)
                .log()
                .minus(Complex.ONE.plus(ix).log())
                .times(Complex.I)
                .times(0.5);
    }

    private static Complex binomial(Complex n, Complex k) {
        if (k.im() == 0 && k.re() == Math.rint(k.re()) && k.re() >= 0 && k.re() <= LARGEST_PRODUCT) {
            Complex product = Complex.ONE;
            for (int i = 0; i < k.re(); i++) {
                product = product.times(n.minus(Complex.of(i))).times(1.0 / (i + 1));
            }
            return product;
        }
        return gamma(n.plus(Complex.ONE))
                .over(gamma(k.plus(Complex.ONE)))
                .over(gamma(n.minus(k).plus(Complex.ONE)));
    }

    private static Complex gamma(Complex z) {
        if (z.re() < 0.5) {
            Complex reflected = sin(z.times(Math.PI)).times(gamma(Complex.ONE.minus(z)));
            return Complex.of(Math.PI).over(reflected);
        }
        Complex x = z.minus(Complex.ONE);
        Complex series = Complex.of(LANCZOS[0]);
        for (int i = 1; i < LANCZOS.length; i++) {
            series = series.plus(Complex.of(LANCZOS[i]).over(x.plus(Complex.of(i))));
        }
        Complex t = x.plus(Complex.of(LANCZOS.length - 1.5));
        Complex power = t.power(x.plus(Complex.of(0.5)));
        return power.times(t.times(-1).exp()).times(series).times(Math.sqrt(2 * Math.PI));
    }
}
