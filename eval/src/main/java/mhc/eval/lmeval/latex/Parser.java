package mhc.eval.lmeval.latex;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import mhc.eval.lmeval.latex.Token.Kind;

/**
 * The grammar of sympy's {@code parse_latex} by recursive descent. Its consequences are meant: what follows the first
 * complete expression is ignored ("1,2" is 1, "101_2" is 101), a letter before a parenthesis is a function, side by side
 * is a product, and tuples, intervals, sets and matrices are errors.
 */
final class Parser {
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

    private final Lexer lexer;
    private int position;
    private int openBars;

    private Parser(String text) {
        this.lexer = new Lexer(text);
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

    private Token peek() throws LatexException {
        return lexer.at(position);
    }

    private boolean sees(Kind kind) throws LatexException {
        return peek().kind() == kind;
    }

    private boolean sees(int ahead, Kind kind) throws LatexException {
        return lexer.at(position + ahead).kind() == kind;
    }

    private boolean accept(Kind kind) throws LatexException {
        boolean seen = sees(kind);
        position += seen ? 1 : 0;
        return seen;
    }

    private Token expect(Kind kind) throws LatexException {
        if (!sees(kind)) {
            throw new LatexException("expected " + kind + ", not " + peek());
        }
        return lexer.at(position++);
    }

    private Expression expression() throws LatexException {
        Expression sum = product(true);
        while (true) {
            if (accept(Kind.ADD)) {
                sum = sum.plus(product(true));
            } else if (accept(Kind.SUBTRACT)) {
                sum = sum.plus(product(true).negated());
            } else {
                return sum;
            }
        }
    }

    /** @param functions whether a function may follow another factor without a sign, as it may not in a bare argument */
    private Expression product(boolean functions) throws LatexException {
        Expression product = signed(functions);
        while (true) {
            if (accept(Kind.MULTIPLY)) {
                product = product.times(signed(functions));
            } else if (accept(Kind.DIVIDE)) {
                product = product.over(signed(functions));
            } else {
                return product;
            }
        }
    }

    private Expression signed(boolean functions) throws LatexException {
        if (accept(Kind.ADD)) {
            return signed(functions);
        }
        return accept(Kind.SUBTRACT) ? signed(functions).negated() : factors(functions);
    }

    private Expression factors(boolean functions) throws LatexException {
        List<Expression> factors = new ArrayList<>();
        factors.add(operand());
        while (true) {
            if (sees(Kind.BAR)) {
                int start = position;
                try {
                    factors.add(operand());
                } catch (LatexException e) {
                    // No pair of bars begins here: it closes one, or the text ends for the grammar.
                    position = start;
                    break;
                }
            } else if (STARTS_OPERAND.contains(peek().kind())
                    || (functions && STARTS_FUNCTION.contains(peek().kind()))) {
                factors.add(operand());
            } else {
                break;
            }
        }
        return juxtaposed(factors);
    }

    /** The product of neighbours; an "x" between two of them that hold no symbol is a multiplication sign. */
    private static Expression juxtaposed(List<Expression> factors) {
        int last = factors.size() - 1;
        Expression product = factors.get(last);
        for (int i = last - 1; i >= 0; i--) {
            boolean sign = i > 0
                    && factors.get(i).equals(new Expression.Symbol("x"))
                    && !factors.get(i - 1).hasSymbol()
                    && !factors.get(i + 1).hasSymbol();
            product = sign ? product : factors.get(i).times(product);
        }
        return product;
    }

    private Expression operand() throws LatexException {
        Expression operand = primary();
        while (accept(Kind.CARET)) {
            operand = new Expression.Power(operand, scriptBody());
            if (sees(Kind.UNDERSCORE)) {
                subscript();
            }
        }
        while (sees(Kind.BANG) || (sees(Kind.BAR) && openBars == 0 && isEvaluation())) {
            if (!accept(Kind.BANG)) {
                throw new LatexException("an evaluation bar");
            }
            operand = Expression.Call.of(Function.FACTORIAL, operand);
        }
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
        Expression base = sees(Kind.UNDERSCORE) ? subscript() : null;
        Expression power = accept(Kind.CARET) ? scriptBody() : null;
        if (base == null && power != null && sees(Kind.UNDERSCORE)) {
            base = subscript();
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

    private List<Expression> arguments() throws LatexException {
        List<Expression> arguments = new ArrayList<>();
        do {
            arguments.add(expression());
        } while (accept(Kind.COMMA));
        return arguments;
    }

    /** A letter or command with its subscript and quotes, and, where functions are allowed, its arguments. */
    private Expression named(boolean functions) throws LatexException {
        Token token = lexer.at(position++);
        Expression index = sees(Kind.UNDERSCORE) ? subscript() : null;
        String quotes = sees(Kind.QUOTES) ? lexer.at(position++).text() : "";
        if (index == null && !quotes.isEmpty() && sees(Kind.UNDERSCORE)) {
            index = subscript();
        }
        String name = token.text() + (index == null ? "" : "_{" + printed(index) + "}");
        if (functions && accept(Kind.OPEN_PARENTHESIS)) {
            List<Expression> arguments = arguments();
            expect(Kind.CLOSE_PARENTHESIS);
            return new Expression.Applied(name + quotes, arguments);
        }
        if (token.kind() == Kind.LETTER) {
            return new Expression.Symbol(name + quotes);
        }
        return token.text().equals("infty") ? Expression.Symbol.INFINITY : new Expression.Symbol(name);
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
            digits.append(lexer.at(position++).text());
        }
        // A comma groups thousands only before three digits.
        while (sees(Kind.COMMA) && sees(1, Kind.DIGIT) && sees(2, Kind.DIGIT) && sees(3, Kind.DIGIT)) {
            for (int i = 1; i <= 3; i++) {
                digits.append(lexer.at(position + i).text());
            }
            position += 4;
        }
        if (accept(Kind.POINT)) {
            digits.append('.').append(expect(Kind.DIGIT).text());
            while (sees(Kind.DIGIT)) {
                digits.append(lexer.at(position++).text());
            }
        }
        return new Expression.Number(Rational.of(new BigDecimal(digits.toString())));
    }

    private Expression fraction() throws LatexException {
        expect(Kind.FRACTION);
        Expression numerator = fractionPart();
        Token below = sees(Kind.OPEN_BRACE) ? lexer.at(position + 1) : peek();
        Expression denominator = fractionPart();
        boolean derivative = below.kind() == Kind.DIFFERENTIAL || below.text().equals("partial");
        if (derivative && printed(numerator).startsWith("d")) {
            throw new LatexException("a derivative");
        }
        return numerator.over(denominator);
    }

    private Expression fractionPart() throws LatexException {
        return sees(Kind.DIGIT)
                ? Expression.number(Long.parseLong(lexer.at(position++).text()))
                : group(Kind.OPEN_BRACE, Kind.CLOSE_BRACE);
    }

    private Expression italic() throws LatexException {
        expect(Kind.MATH_ITALIC);
        expect(Kind.OPEN_BRACE);
        StringBuilder name = new StringBuilder();
        while (sees(Kind.LETTER)) {
            name.append(lexer.at(position++).text());
        }
        expect(Kind.CLOSE_BRACE);
        return new Expression.Symbol(name.toString());
    }
}
