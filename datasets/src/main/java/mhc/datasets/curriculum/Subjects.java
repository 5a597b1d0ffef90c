package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.datasets.Draw;

/** The four-option subjects. */
final class Subjects {
    static final List<Kind> ALL =
            List.of(new Arithmetic(), new Countries(), new Opposites(), new SortsOfThings(), new Calendar());

    private Subjects() {}

    /** Sums of two digits. */
    private static final class Arithmetic extends FourOptions {
        Arithmetic() {
            super("elementary_arithmetic");
        }

        @Override
        Question draw(Draw draw) {
            int a = draw.between(2, 9);
            int b = draw.between(2, 9);
            return new Question("What is %d + %d?".formatted(a, b), around(a + b, draw));
        }

        private static List<String> around(int right, Draw draw) {
            List<Integer> wrong = IntStream.rangeClosed(Math.max(1, right - 5), right + 5)
                    .filter(value -> value != right)
                    .boxed()
                    .toList();
            return Stream.concat(Stream.of(right), draw.some(wrong, 3).stream())
                    .map(String::valueOf)
                    .toList();
        }
    }

    /** The facts of the invented countries. */
    private static final class Countries extends FourOptions {
        Countries() {
            super("geography");
        }

        @Override
        Question draw(Draw draw) {
            World.Fact fact = World.draw(draw);
            return new Question(
                    draw.one(fact.relation().questions()).formatted(fact.subject()),
                    withOthers(fact.value(), fact.relation().values(), draw));
        }
    }

    /** Words of contrary meaning. */
    private static final class Opposites extends FourOptions {
        Opposites() {
            super("opposites");
        }

        @Override
        Question draw(Draw draw) {
            List<String> pair = draw.shuffled(draw.one(Lexicon.OPPOSITES));
            List<String> others = Lexicon.OPPOSITES.stream()
                    .flatMap(List::stream)
                    .filter(word -> !word.equals(pair.get(0)))
                    .toList();
            return new Question(
                    "What is the opposite of %s?".formatted(pair.get(0)), withOthers(pair.get(1), others, draw));
        }
    }

    /** Which of four things belongs to a sort. */
    private static final class SortsOfThings extends FourOptions {
        SortsOfThings() {
            super("sorts_of_things");
        }

        @Override
        Question draw(Draw draw) {
            List<Lexicon.Sort> sorts = draw.some(Lexicon.SORTS, 4);
            return new Question(
                    "Which of these is %s?".formatted(Words.a(sorts.get(0).name())),
                    sorts.stream().map(sort -> draw.one(sort.members())).toList());
        }
    }

    /** What comes before and after a day or month. */
    private static final class Calendar extends FourOptions {
        Calendar() {
            super("calendar");
        }

        @Override
        Question draw(Draw draw) {
            boolean day = draw.percent(50);
            List<String> names = day ? Lexicon.DAYS : Lexicon.MONTHS;
            int place = draw.between(0, names.size() - 1);
            boolean after = draw.percent(50);
            String right = names.get((place + (after ? 1 : names.size() - 1)) % names.size());
            List<String> others = names.stream()
                    .filter(name -> !name.equals(names.get(place)))
                    .toList();
            return new Question(
                    "Which %s comes %s %s?"
                            .formatted(day ? "day" : "month", after ? "after" : "before", names.get(place)),
                    withOthers(right, others, draw));
        }
    }

    private static List<String> withOthers(String right, List<String> values, Draw draw) {
        List<String> options = new ArrayList<>();
        options.add(right);
        options.addAll(
                draw.some(values.stream().filter(value -> !value.equals(right)).toList(), 3));
        return options;
    }
}
