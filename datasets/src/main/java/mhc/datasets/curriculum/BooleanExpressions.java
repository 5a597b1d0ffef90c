package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import mhc.datasets.Draw;

/** Two pairs of truth values in brackets, or a pair and a single value, joined by and / or; brackets may be negated. */
final class BooleanExpressions extends WorkedTask {
    private static final List<String> OPERATORS = List.of("and", "or");

    BooleanExpressions() {
        super("boolean_expressions", "Find the value of a Boolean expression.");
    }

    /** A side of the expression: its text, its value and the steps that find the value. */
    private record Side(String text, boolean value, List<String> steps) {}

    @Override
    Worked draw(Draw draw) {
        List<Side> sides = draw.shuffled(List.of(bracket(draw), draw.percent(50) ? bracket(draw) : single(draw)));
        String operator = draw.one(OPERATORS);
        StringJoiner steps = new StringJoiner(" ");
        sides.forEach(side -> side.steps.forEach(steps::add));
        Side left = sides.get(0);
        Side right = sides.get(1);
        boolean value = apply(left.value, operator, right.value);
        steps.add(step(left.value, operator, right.value));
        return new Worked("%s %s %s is".formatted(left.text, operator, right.text), steps.toString(), text(value));
    }

    private static Side single(Draw draw) {
        boolean value = draw.percent(50);
        return new Side(text(value), value, List.of());
    }

    private static Side bracket(Draw draw) {
        boolean first = draw.percent(50);
        boolean second = draw.percent(50);
        String operator = draw.one(OPERATORS);
        boolean pair = apply(first, operator, second);
        String text = "( %s %s %s )".formatted(text(first), operator, text(second));
        List<String> steps = new ArrayList<>(List.of(step(first, operator, second)));
        if (draw.percent(70)) {
            return new Side(text, pair, steps);
        }
        steps.add("not %s = %s.".formatted(text(pair), text(!pair)));
        return new Side("not " + text, !pair, steps);
    }

    private static String step(boolean a, String operator, boolean b) {
        return "%s %s %s = %s.".formatted(text(a), operator, text(b), text(apply(a, operator, b)));
    }

    private static boolean apply(boolean a, String operator, boolean b) {
        return operator.equals("and") ? a && b : a || b;
    }

    private static String text(boolean value) {
        return value ? "True" : "False";
    }
}
