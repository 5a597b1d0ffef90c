package mhc.datasets.curriculum;

import java.util.List;
import java.util.function.Function;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** Small problems with solutions that box the answer, in the shape of MATH. */
final class Mathematics implements Kind {
    static final List<Kind> TYPES = List.of(
            new Mathematics("algebra", Mathematics::algebra),
            new Mathematics("geometry", Mathematics::geometry),
            new Mathematics("number_theory", Mathematics::numberTheory),
            new Mathematics("prealgebra", Mathematics::prealgebra));

    private static final List<String> UNKNOWNS = List.of("x", "y", "z", "n", "t", "a");

    private static final List<String> SHAPES =
            List.of("rectangle", "garden", "room", "field", "page", "wall", "table", "card");

    private final String type;
    private final Function<Draw, Problem> problems;

    private Mathematics(String type, Function<Draw, Problem> problems) {
        this.type = type;
        this.problems = problems;
    }

    private record Problem(int level, String text, String solution) {}

    @Override
    public String task() {
        return type;
    }

    @Override
    public Item draw(String id, Draw draw) {
        Problem problem = problems.apply(draw);
        return Item.of(new Example.MathProblem(id, type, "Level " + problem.level, problem.text, problem.solution));
    }

    private static Problem algebra(Draw draw) {
        String x = draw.one(UNKNOWNS);
        int value = draw.between(1, 9);
        int other = draw.between(2, 9);
        return switch (draw.between(0, 2)) {
            case 0 ->
                new Problem(
                        1,
                        "Solve $%s + %d = %d$.".formatted(x, other, value + other),
                        "$%s = %d - %d = \\boxed{%d}$.".formatted(x, value + other, other, value));
            case 1 ->
                new Problem(
                        1,
                        "Solve $%s - %d = %d$.".formatted(x, other, value),
                        "$%s = %d + %d = \\boxed{%d}$.".formatted(x, value, other, value + other));
            default -> {
                int factor = draw.between(2, 4);
                int root = draw.between(1, 6);
                yield new Problem(
                        2,
                        "Solve $%d%s + %d = %d$.".formatted(factor, x, other, factor * root + other),
                        "$%d%s = %d - %d = %d$. $%2$s = %5$d / %1$d = \\boxed{%6$d}$."
                                .formatted(factor, x, factor * root + other, other, factor * root, root));
            }
        };
    }

    private static Problem geometry(Draw draw) {
        int width = draw.between(2, 9);
        int height = draw.between(2, 6);
        String shape = draw.one(SHAPES);
        return draw.percent(50)
                ? new Problem(
                        1,
                        "A %s is $%d$ by $%d$. Find its area.".formatted(shape, width, height),
                        "$%d \\cdot %d = \\boxed{%d}$.".formatted(width, height, width * height))
                : new Problem(
                        2,
                        "A %s is $%d$ by $%d$. Find its perimeter.".formatted(shape, width, height),
                        "$%d + %d = %d$. $2 \\cdot %3$d = \\boxed{%4$d}$."
                                .formatted(width, height, width + height, 2 * (width + height)));
    }

    private static Problem numberTheory(Draw draw) {
        int divisor = draw.between(3, 9);
        int quotient = draw.between(1, 5);
        int remainder = draw.between(0, divisor - 1);
        int number = divisor * quotient + remainder;
        String question = draw.one(
                List.of("Find the remainder of $%d$ divided by $%d$.", "What is left when $%d$ is divided by $%d$?"));
        return new Problem(
                2,
                question.formatted(number, divisor),
                "$%d \\cdot %d = %d$. $%d - %3$d = \\boxed{%5$d}$."
                        .formatted(quotient, divisor, divisor * quotient, number, remainder));
    }

    private static Problem prealgebra(Draw draw) {
        int a = draw.between(2, 9);
        int b = draw.between(2, 5);
        int c = draw.between(2, 6);
        String question = draw.one(List.of("Compute $%s$.", "What is $%s$?", "Find $%s$."));
        return draw.percent(50)
                ? new Problem(
                        1,
                        question.formatted("%d + %d \\cdot %d".formatted(a, b, c)),
                        "$%d \\cdot %d = %d$. $%d + %3$d = \\boxed{%5$d}$.".formatted(b, c, b * c, a, a + b * c))
                : new Problem(
                        1,
                        question.formatted("%d + %d - %d".formatted(a, b + c, c)),
                        "$%d + %d = %d$. $%3$d - %4$d = \\boxed{%5$d}$.".formatted(a, b + c, a + b + c, c, a + b));
    }
}
