package mhc.eval.lmeval.latex;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mhc.eval.lmeval.latex.Token.Kind;
import mhc.eval.score.PythonText;

/**
 * The grammar of sympy's {@code parse_latex} by recursive descent. Its consequences are meant: what follows the longest
 * complete expression is ignored ("1,2" is 1, "101_2" is 101, "2(3,4)" and "2+" are 2), a letter before a parenthesis is
 * a function, side by side is a product, and tuples, intervals, sets and matrices are errors.
 */
final class Parser extends TokenReader {
    private static final Set<Kind> STARTS_OPERAND = EnumSet.of(
            Kind.OPEN_PARENTHESIS,
            Kind.OPEN_BRACKET,
            Kind.OPEN_BRACE,
            Kind.OPEN_SET,
            Kind.LETTER,
            Kind.SYMBOL,
            Kind.DIGIT,
            Kind.DIFFERENTIAL,
            Kind.FRACTION,
            Kind.BINOMIAL,
            Kind.MATH_ITALIC,
            Kind.OPEN_FLOOR,
            Kind.OPEN_CEILING,
            Kind.UNSUPPORTED);
    private static final Set<Kind> STARTS_FUNCTION = EnumSet.of(Kind.FUNCTION, Kind.ROOT, Kind.OVERLINE);

    /** Operands and powers read, those of attempts given up included; the original gives up after seconds, or deep in recursion. */
    private static final int MOST_OPERATIONS = 800;

    private static final int DEEPEST = 60;

    private int openBars;
    private int operations;
    private int depth;

    /** A part that an expression may have or not. */
    private interface Part {
        Expression read() throws LatexException;
    }

    private Parser(String text) {
        super(PythonText.strip(text));
    }

    /** The expression that {@code text} begins with. */
    static Expression parse(String text) throws LatexException {
        Parser parser = new Parser(text);
        Expression expression = parser.expression();
        if (parser.sees(Kind.RELATION)) {
            throw new LatexException("a relation");
        }
        return expression;
    }

    /** Reads a part, or nothing where it cannot be read to its end: what stands before it ends there. */
    private Optional<Expression> attempt(Part part) throws UnreadableException {
        int start = position;
        int bars = openBars;
        int nested = depth;
        try {
            return Optional.of(part.read());
        } catch (UnreadableException e) {
            throw e;
        } catch (LatexException e) {
            position = start;
            openBars = bars;
            depth = nested;
            return Optional.empty();
        }
    }

    /** What stands behind a sign or mark, if it can be read. */
    private Optional<Expression> behindNext(Part part) throws UnreadableException {
        return attempt(() -> {
            take();
            return part.read();
        });
    }

    private Expression expression() throws LatexException {
        Expression sum = product(true);
        while (sees(Kind.ADD) || sees(Kind.SUBTRACT)) {
            boolean minus = sees(Kind.SUBTRACT);
            Optional<Expression> term = behindNext(() -> product(true));
            if (term.isEmpty()) {
                break;
            }
            sum = sum.plus(minus ? term.get().negated() : term.get());
        }
        return sum;
    }

    /** @param functions whether a function may follow another factor without a sign, as it may not in a bare argument */
    private Expression product(boolean functions) throws LatexException {
        Expression product = signed(functions);
        while (sees(Kind.MULTIPLY) || sees(Kind.DIVIDE)) {
            boolean times = sees(Kind.MULTIPLY);
            Optional<Expression> factor = behindNext(() -> signed(functions));
            if (factor.isEmpty()) {
                break;
            }
            product = times ? product.times(factor.get()) : product.over(factor.get());
        }
        return product;
    }

    private Expression signed(boolean functions) throws LatexException {
        boolean minus = false;
        while (sees(Kind.ADD) || sees(Kind.SUBTRACT)) {
            minus ^= take().kind() == Kind.SUBTRACT;
        }
        Expression factors = factors(functions);
        return minus ? factors.negated() : factors;
    }

    private Expression factors(boolean functions) throws LatexException {
        List<Expression> factors = new ArrayList<>();
        factors.add(operand());
        while (sees(Kind.BAR)
                || STARTS_OPERAND.contains(peek().kind())
                || (functions && STARTS_FUNCTION.contains(peek().kind()))) {
            Optional<Expression> factor = attempt(this::operand);
            if (factor.isEmpty()) {
                break;
            }
            factors.add(factor.get());
        }
        return Expression.juxtaposed(factors);
    }

    private void count() throws UnreadableException {
        if (++operations > MOST_OPERATIONS) {
            throw new UnreadableException("more than " + MOST_OPERATIONS + " operations");
        }
    }

    private Expression operand() throws LatexException {
        count();
        if (++depth > DEEPEST) {
            throw new UnreadableException("nested more than " + DEEPEST + " deep");
        }
        Expression operand = primary();
        while (sees(Kind.CARET)) {
            count();
            Optional<Expression> power = behindNext(this::scriptBody);
            if (power.isEmpty()) {
                break;
            }
            operand = new Expression.Power(operand, power.get());
            if (sees(Kind.UNDERSCORE)) {
                subscript();
            }
        }
        while (sees(Kind.BANG) || (sees(Kind.BAR) && openBars == 0 && isEvaluation())) {
            if (!accept(Kind.BANG)) {
                throw new UnreadableException("an evaluation bar");
            }
            count();
            operand = Expression.Call.of(Function.FACTORIAL, operand);
        }
        depth--;
        return operand;
    }

    private boolean isEvaluation() throws LatexException {
        return sees(1, Kind.CARET) || sees(1, Kind.UNDERSCORE);
    }

    private Expression primary() throws LatexException {
        Token token = peek();
        return switch (token.kind()) {
            case OPEN_PARENTHESIS -> group(Kind.OPEN_PARENTHESIS, Kind.CLOSE_PARENTHESIS);
            case OPEN_BRACKET -> group(Kind.OPEN_BRACKET, Kind.CLOSE_BRACKET);
            case OPEN_BRACE -> group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE);
            case OPEN_SET -> group(Kind.OPEN_SET, Kind.CLOSE_SET);
            case OPEN_FLOOR -> Expression.Call.of(Function.FLOOR, group(Kind.OPEN_FLOOR, Kind.CLOSE_FLOOR));
            case OPEN_CEILING -> Expression.Call.of(Function.CEILING, group(Kind.OPEN_CEILING, Kind.CLOSE_CEILING));
            case BAR -> absolute();
            case FUNCTION -> function();
            case ROOT -> root();
            case OVERLINE -> {
                position++;
                yield Expression.Call.of(Function.CONJUGATE, group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE));
            }
            case LETTER, SYMBOL -> named(true);
            case UNSUPPORTED -> throw new UnreadableException("never subtracted: " + token);
            default -> atom();
        };
    }

    private Expression group(Kind open, Kind close) throws LatexException {
        expect(open);
        int outerBars = openBars;
        openBars = 0;
        Expression inner = expression();
        openBars = outerBars;
        expect(close);
        return inner;
    }

    private Expression absolute() throws LatexException {
        expect(Kind.BAR);
        int outerBars = openBars;
        openBars++;
        try {
            Expression inner = expression();
            expect(Kind.BAR);
            return Expression.Call.of(Function.ABSOLUTE, inner);
        } finally {
            openBars = outerBars;
        }
    }

    private Expression root() throws LatexException {
        expect(Kind.ROOT);
        Expression degree =
                sees(Kind.OPEN_BRACKET) ? group(Kind.OPEN_BRACKET, Kind.CLOSE_BRACKET) : Expression.number(2);
        Expression radicand = group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE);
        return new Expression.Power(radicand, Expression.number(1).over(degree));
    }

    private Expression function() throws LatexException {
        String name = expect(Kind.FUNCTION).text();
        Expression base = accept(Kind.UNDERSCORE) ? functionScript() : null;
        Expression power = accept(Kind.CARET) ? functionScript() : null;
        if (base == null && power != null && accept(Kind.UNDERSCORE)) {
            base = functionScript();
        }
        Expression argument;
        if (accept(Kind.OPEN_PARENTHESIS)) {
            argument = arguments().get(0);
            expect(Kind.CLOSE_PARENTHESIS);
        } else {
            argument = product(false);
        }
        boolean inverse = Expression.number(-1).exact().equals(power == null ? null : power.exact());
        Expression value = Functions.named(name, argument, base, inverse);
        return power == null || Functions.invertedBy(name, inverse) ? value : new Expression.Power(value, power);
    }

    /** A script before a bare argument leaves it at least one digit: "\\log_28" is the logarithm of 8 to the base 2. */
    private Expression functionScript() throws LatexException {
        int end = position;
        while (sees(end - position, Kind.DIGIT)) {
            end++;
        }
        Token next = ahead(end - position);
        boolean argument = next.kind() == Kind.BAR
                || next.kind() == Kind.ADD
                || next.kind() == Kind.SUBTRACT
                || next.kind() == Kind.CARET
                || next.kind() == Kind.UNDERSCORE
                || STARTS_OPERAND.contains(next.kind());
        if (end - position < 2 || argument) {
            return scriptBody();
        }
        StringBuilder digits = new StringBuilder();
        while (position < end - 1) {
            digits.append(take().text());
        }
        return Expression.Number.literal(digits.toString());
    }

    private List<Expression> arguments() throws LatexException {
        List<Expression> arguments = new ArrayList<>();
        do {
            arguments.add(expression());
        } while (accept(Kind.COMMA));
        return arguments;
    }

    /** A letter or command with its subscript and quotes, and, where functions are allowed, its arguments. */
    private Expression named(boolean functions) throws LatexException {
        Token token = take();
        Expression index = sees(Kind.UNDERSCORE) ? subscript() : null;
        String quotes = sees(Kind.QUOTES) ? take().text() : "";
        if (index == null && !quotes.isEmpty() && sees(Kind.UNDERSCORE)) {
            index = subscript();
        }
        String name = token.text() + (index == null ? "" : "_{" + printed(index) + "}");
        if (functions && sees(Kind.OPEN_PARENTHESIS)) {
            Optional<Expression> applied = attempt(() -> applied(name + quotes));
            if (applied.isPresent()) {
                return applied.get();
            }
        }
        if (token.kind() == Kind.LETTER) {
            return new Expression.Symbol(name + quotes);
        }
        return token.text().equals("infty") ? Expression.Symbol.INFINITY : new Expression.Symbol(name);
    }

    private Expression applied(String function) throws LatexException {
        expect(Kind.OPEN_PARENTHESIS);
        List<Expression> arguments = arguments();
        expect(Kind.CLOSE_PARENTHESIS);
        return new Expression.Applied(function, arguments);
    }

    private static String printed(Expression index) {
        if (index instanceof Expression.Symbol symbol) {
            return symbol.name();
        }
        return index.exact().map(Rational::toString).orElseGet(index::toString);
    }

    private Expression subscript() throws LatexException {
        expect(Kind.UNDERSCORE);
        return scriptBody();
    }

    private Expression scriptBody() throws LatexException {
        return sees(Kind.OPEN_BRACE) ? group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE) : atom();
    }

    private Expression atom() throws LatexException {
        Token token = peek();
        switch (token.kind()) {
            case LETTER, SYMBOL -> {
                return named(false);
            }
            case DIGIT -> {
                return number();
            }
            case DIFFERENTIAL -> {
                position++;
                return new Expression.Symbol(token.text().replace("\\", ""));
            }
            case FRACTION -> {
                return fraction();
            }
            case BINOMIAL -> {
                position++;
                Expression n = group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE);
                return Expression.Call.of(Function.BINOMIAL, n, group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE));
            }
            case MATH_ITALIC -> {
                return italic();
            }
            default -> throw new LatexException("no operand: " + token);
        }
    }

    private Expression number() throws LatexException {
        StringBuilder digits = new StringBuilder();
        while (sees(Kind.DIGIT)) {
            digits.append(take().text());
        }
        // A comma groups thousands only before three digits.
        while (sees(Kind.COMMA) && sees(1, Kind.DIGIT) && sees(2, Kind.DIGIT) && sees(3, Kind.DIGIT)) {
            for (int i = 1; i <= 3; i++) {
                digits.append(ahead(i).text());
            }
            position += 4;
        }
        if (accept(Kind.POINT)) {
            digits.append('.').append(expect(Kind.DIGIT).text());
            while (sees(Kind.DIGIT)) {
                digits.append(take().text());
            }
        }
        return Expression.Number.literal(digits.toString());
    }

    private Expression fraction() throws LatexException {
        expect(Kind.FRACTION);
        Expression numerator = fractionPart();
        Token below = sees(Kind.OPEN_BRACE) ? ahead(1) : peek();
        Expression denominator = fractionPart();
        boolean derivative = below.kind() == Kind.DIFFERENTIAL || below.text().equals("partial");
        if (derivative && printed(numerator).startsWith("d")) {
            throw new LatexException("a derivative");
        }
        return numerator.over(denominator);
    }

    private Expression fractionPart() throws LatexException {
        return sees(Kind.DIGIT)
                ? Expression.number(Long.parseLong(take().text()))
                : group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE);
    }

    private Expression italic() throws LatexException {
        expect(Kind.MATH_ITALIC);
        expect(Kind.OPEN_BRACE);
        StringBuilder name = new StringBuilder();
        while (sees(Kind.LETTER)) {
            name.append(take().text());
        }
        expect(Kind.CLOSE_BRACE);
        return new Expression.Symbol(name.toString());
    }
}
