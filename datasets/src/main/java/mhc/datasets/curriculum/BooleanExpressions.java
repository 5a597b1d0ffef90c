package mhc.datasets.curriculum;

import java.util.List;

/** Two or three truth values, joined by and / or, one pair in brackets, perhaps negated. */
final class BooleanExpressions extends WorkedTask {
    private static final List<String> OPERATORS = List.of("and", "or");

    BooleanExpressions() {
        super("boolean_expressions", "Find the value of a Boolean expression.");
    }

    @Override
    Worked draw(Draw draw) {
        boolean first = draw.percent(50);
        boolean second = draw.percent(50);
        boolean third = draw.percent(50);
        String inner = draw.one(OPERATORS);
        String outer = draw.one(OPERATORS);
        boolean negated = draw.percent(50);
        boolean pair = apply(first, inner, second);
        boolean left = negated != pair;
        boolean value = apply(left, outer, third);
        String bracket = "( %s %s %s )".formatted(text(first), inner, text(second));
        String steps = "%s %s %s = %s. ".formatted(text(first), inner, text(second), text(pair))
                + (negated ? "not %s = %s. ".formatted(text(pair), text(left)) : "");
        boolean before = draw.percent(50);
        String negation = negated ? "not " : "";
        String input = before
                ? "%s%s %s %s is".formatted(negation, bracket, outer, text(third))
                : "%s %s %s%s is".formatted(text(third), outer, negation, bracket);
        String last = before
                ? "%s %s %s = %s.".formatted(text(left), outer, text(third), text(value))
                : "%s %s %s = %s.".formatted(text(third), outer, text(left), text(value));
        return new Worked(input, steps + last, text(value));
    }

    private static boolean apply(boolean a, String operator, boolean b) {
        return operator.equals("and") ? a && b : a || b;
    }

    private static String text(boolean value) {
        return value ? "True" : "False";
    }
}
