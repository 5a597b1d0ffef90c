package mhc.eval.lmeval.latex;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A mathematical expression. A difference is a sum with -1 times its second part, a quotient a product with a power of -1. */
sealed interface Expression {

    /** Its exact value, when it is built of rational numbers by rational operations. */
    Optional<Rational> exact();

    /** Its value at a point; not a number where it has none. */
    Complex at(Point point);

    /** Whether a symbol occurs in it. */
    boolean hasSymbol();

    /** The integer {@code value}. */
    static Expression number(long value) {
        return new Number(Rational.of(BigInteger.valueOf(value)));
    }

    /** The product of neighbours; an "x" between two of them that hold no symbol is a multiplication sign. */
    static Expression juxtaposed(List<Expression> factors) {
        int last = factors.size() - 1;
        Expression product = factors.get(last);
        for (int i = last - 1; i >= 0; i--) {
            boolean sign = i > 0
                    && factors.get(i).equals(new Symbol("x"))
                    && !factors.get(i - 1).hasSymbol()
                    && !factors.get(i + 1).hasSymbol();
            product = sign ? product : factors.get(i).times(product);
        }
        return product;
    }

    default Expression plus(Expression other) {
        return new Sum(this, other);
    }

    default Expression times(Expression other) {
        return new Product(this, other);
    }

    default Expression over(Expression other) {
        return new Product(this, new Power(other, number(-1)));
    }

    default Expression negated() {
        return new Product(number(-1), this);
    }

    record Number(Rational value) implements Expression {
        /** Python has no integer literals that begin with zero, but for zero itself. */
        private static final Pattern LEADING_ZERO = Pattern.compile("0+[1-9][0-9]*");

        /** @param digits with or without a decimal point */
        static Number literal(String digits) throws UnreadableException {
            if (LEADING_ZERO.matcher(digits).matches()) {
                throw new UnreadableException("no Python number: " + digits);
            }
            return new Number(Rational.of(new BigDecimal(digits)));
        }

        @Override
        public Optional<Rational> exact() {
            return Optional.of(value);
        }

        @Override
        public Complex at(Point point) {
            return Complex.of(value.toDouble());
        }

        @Override
        public boolean hasSymbol() {
            return false;
        }
    }

    /** A variable; every name is one, "pi", "e" and "i" too. Infinity alone has no value. */
    record Symbol(String name) implements Expression {
        static final Symbol INFINITY = new Symbol("\\infty");

        @Override
        public Optional<Rational> exact() {
            return Optional.empty();
        }

        @Override
        public Complex at(Point point) {
            return equals(INFINITY) ? Complex.NOT_A_NUMBER : point.of(name);
        }

        @Override
        public boolean hasSymbol() {
            return !equals(INFINITY);
        }
    }

    record Sum(Expression left, Expression right) implements Expression {
        @Override
        public Optional<Rational> exact() {
            return left.exact().flatMap(a -> right.exact().map(a::plus));
        }

        @Override
        public Complex at(Point point) {
            return left.at(point).plus(right.at(point));
        }

        @Override
        public boolean hasSymbol() {
            return left.hasSymbol() || right.hasSymbol();
        }
    }

    record Product(Expression left, Expression right) implements Expression {
        @Override
        public Optional<Rational> exact() {
            return left.exact().flatMap(a -> right.exact().map(a::times));
        }

        @Override
        public Complex at(Point point) {
            return left.at(point).times(right.at(point));
        }

        @Override
        public boolean hasSymbol() {
            return left.hasSymbol() || right.hasSymbol();
        }
    }

    record Power(Expression base, Expression exponent) implements Expression {
        @Override
        public Optional<Rational> exact() {
            return base.exact().flatMap(a -> exponent.exact().flatMap(a::power));
        }

        @Override
        public Complex at(Point point) {
            return base.at(point).power(exponent.at(point));
        }

        @Override
        public boolean hasSymbol() {
            return base.hasSymbol() || exponent.hasSymbol();
        }
    }

    /** A known function of one or two arguments. */
    record Call(Function function, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }

        static Call of(Function function, Expression... arguments) {
            return new Call(function, List.of(arguments));
        }

        @Override
        public Optional<Rational> exact() {
            List<Rational> values = arguments.stream()
                    .map(Expression::exact)
                    .flatMap(Optional::stream)
                    .toList();
            return values.size() == arguments.size() ? function.exact(values) : Optional.empty();
        }

        @Override
        public Complex at(Point point) {
            return function.at(arguments.stream().map(a -> a.at(point)).toList());
        }

        @Override
        public boolean hasSymbol() {
            return arguments.stream().anyMatch(Expression::hasSymbol);
        }
    }

    /** A letter or command applied to arguments: an unknown function, even where the author meant a product. */
    record Applied(String name, List<Expression> arguments) implements Expression {
        public Applied {
            arguments = List.copyOf(arguments);
        }

        @Override
        public Optional<Rational> exact() {
            return Optional.empty();
        }

        @Override
        public Complex at(Point point) {
            return point.apply(name, arguments.stream().map(a -> a.at(point)).toList());
        }

        @Override
        public boolean hasSymbol() {
            return arguments.stream().anyMatch(Expression::hasSymbol);
        }
    }
}
