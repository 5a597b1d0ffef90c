package mhc.datasets.curriculum;

import java.util.List;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** Arithmetic word problems of one or two steps with worked solutions, in the shape of GSM8K. */
final class WordProblems implements Kind {
    private static final List<Template> TEMPLATES = List.of(
            WordProblems::buys,
            WordProblems::gives,
            WordProblems::boxes,
            WordProblems::buysAndGives,
            WordProblems::boxesAndMore,
            WordProblems::together);

    private interface Template {
        Problem draw(Draw draw, String name, String other, String things);
    }

    private record Problem(String question, String steps, int answer) {}

    @Override
    public Item draw(String id, Draw draw) {
        List<String> people = draw.some(Words.PEOPLE, 2);
        Problem problem = draw.one(TEMPLATES).draw(draw, people.get(0), people.get(1), draw.one(Words.THINGS));
        return Item.of(new Example.Gsm8k(id, problem.question, problem.steps + "\n#### " + problem.answer));
    }

    private static Problem buys(Draw draw, String name, String other, String things) {
        int has = draw.between(2, 9);
        int buys = draw.between(2, 9);
        return new Problem(
                "%s has %d %s and buys %d. How many now?".formatted(name, has, things, buys),
                sum(has, buys) + ".",
                has + buys);
    }

    private static Problem gives(Draw draw, String name, String other, String things) {
        int gives = draw.between(2, 9);
        int keeps = draw.between(1, 9);
        return new Problem(
                "%s has %d %s and gives %d to %s. How many are left?"
                        .formatted(name, gives + keeps, things, gives, other),
                difference(gives + keeps, gives) + ".",
                keeps);
    }

    private static Problem boxes(Draw draw, String name, String other, String things) {
        int boxes = draw.between(2, 5);
        int each = draw.between(2, 6);
        return new Problem(
                "%s has %d boxes of %d %s. How many in all?".formatted(name, boxes, each, things),
                product(boxes, each) + ".",
                boxes * each);
    }

    private static Problem buysAndGives(Draw draw, String name, String other, String things) {
        int has = draw.between(2, 9);
        int buys = draw.between(2, 9);
        int gives = draw.between(2, Math.min(9, has + buys - 1));
        return new Problem(
                "%s has %d %s, buys %d and gives %d to %s. How many now?"
                        .formatted(name, has, things, buys, gives, other),
                "%s. %s.".formatted(sum(has, buys), difference(has + buys, gives)),
                has + buys - gives);
    }

    private static Problem boxesAndMore(Draw draw, String name, String other, String things) {
        int boxes = draw.between(2, 5);
        int each = draw.between(2, 6);
        int finds = draw.between(2, 9);
        return new Problem(
                "%s has %d boxes of %d %s and finds %d. How many now?".formatted(name, boxes, each, things, finds),
                "%s. %s.".formatted(product(boxes, each), sum(boxes * each, finds)),
                boxes * each + finds);
    }

    private static Problem together(Draw draw, String name, String other, String things) {
        int has = draw.between(2, 9);
        int more = draw.between(1, 6);
        return new Problem(
                "%s has %d %s. %s has %d more. How many together?".formatted(name, has, things, other, more),
                "%s. %s.".formatted(sum(has, more), sum(has, has + more)),
                2 * has + more);
    }

    private static String sum(int a, int b) {
        return marked(a, '+', b, a + b);
    }

    private static String difference(int a, int b) {
        return marked(a, '-', b, a - b);
    }

    private static String product(int a, int b) {
        return marked(a, '*', b, a * b);
    }

    /** A calculation with the data set's mark before its result. */
    private static String marked(int a, char operator, int b, int result) {
        return "%d %c %d = <<%1$d%2$c%3$d=%4$d>>%4$d".formatted(a, operator, b, result);
    }
}
