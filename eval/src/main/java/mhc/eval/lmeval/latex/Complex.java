package mhc.eval.lmeval.latex;

/** A complex double; principal branches throughout, as in sympy. */
record Complex(double re, double im) {
    static final Complex NOT_A_NUMBER = new Complex(Double.NaN, Double.NaN);
    static final Complex ONE = of(1);
    static final Complex I = new Complex(0, 1);

    static Complex of(double value) {
        return new Complex(value, 0);
    }

    private static Complex polar(double radius, double angle) {
        return new Complex(radius * Math.cos(angle), radius * Math.sin(angle));
    }

    boolean isFinite() {
        return Double.isFinite(re) && Double.isFinite(im);
    }

    double absolute() {
        return Math.hypot(re, im);
    }

    Complex plus(Complex other) {
        return new Complex(re + other.re, im + other.im);
    }

    Complex minus(Complex other) {
        return new Complex(re - other.re, im - other.im);
    }

    Complex times(Complex other) {
        return new Complex(re * other.re - im * other.im, re * other.im + im * other.re);
    }

    Complex times(double factor) {
        return new Complex(re * factor, im * factor);
    }

    Complex reciprocal() {
        double square = re * re + im * im;
        return square == 0 ? NOT_A_NUMBER : new Complex(re / square, -im / square);
    }

    Complex over(Complex other) {
        return times(other.reciprocal());
    }

    Complex conjugate() {
        return new Complex(re, -im);
    }

    Complex exp() {
        return polar(Math.exp(re), im);
    }

    Complex log() {
        // A negative zero would put negative numbers on the other side of the cut.
        return absolute() == 0 ? NOT_A_NUMBER : new Complex(Math.log(absolute()), Math.atan2(im + 0.0, re));
    }

    Complex power(Complex exponent) {
        boolean whole = exponent.im == 0 && exponent.re == Math.rint(exponent.re) && Math.abs(exponent.re) <= 1024;
        if (whole) {
            Complex power = power((int) Math.abs(exponent.re));
            return exponent.re < 0 ? power.reciprocal() : power;
        }
        if (re == 0 && im == 0) {
            return exponent.re > 0 ? this : NOT_A_NUMBER;
        }
        return exponent.times(log()).exp();
    }

    private Complex power(int times) {
        Complex power = ONE;
        Complex square = this;
        for (int left = times; left > 0; left >>= 1) {
            power = (left & 1) == 1 ? power.times(square) : power;
            square = square.times(square);
        }
        return power;
    }

    Complex squareRoot() {
        return power(of(0.5));
    }
}
