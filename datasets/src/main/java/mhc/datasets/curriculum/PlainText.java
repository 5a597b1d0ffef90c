package mhc.datasets.curriculum;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mhc.datasets.Draw;

/** Plain sentences about what the items ask: facts, properties, sorts, opposites, sums and stories. No question is in it. */
public final class PlainText {
    private static final List<Function<Draw, String>> SENTENCES = List.of(
            PlainText::fact,
            PlainText::fact,
            PlainText::fact,
            PlainText::property,
            PlainText::property,
            PlainText::sort,
            PlainText::opposite,
            PlainText::calculation,
            PlainText::echo,
            PlainText::echo,
            PlainText::echo,
            PlainText::echo);

    private static final List<String> WORDS = Stream.of(
                    Words.PEOPLE,
                    Words.THINGS,
                    Words.COLOURS,
                    Words.FRUITS,
                    Words.ANIMALS,
                    IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList())
            .flatMap(List::stream)
            .toList();

    private PlainText() {}

    /** A paragraph of one kind of sentence. */
    public static String draw(Draw draw) {
        Function<Draw, String> sentence = draw.one(SENTENCES);
        int sentences = draw.between(4, 10);
        return Stream.generate(() -> sentence.apply(draw)).limit(sentences).collect(Collectors.joining(" "));
    }

    /** Somebody's words and the same words from somebody else: a model that repeats learns to read what stands before. */
    private static String echo(Draw draw) {
        List<String> words =
                Stream.generate(() -> draw.one(WORDS)).limit(draw.between(3, 8)).toList();
        String said = String.join(" ", words);
        return draw.some(Words.PEOPLE, 2).stream()
                .map(name -> "%s says: %s.".formatted(name, said))
                .collect(Collectors.joining(" "));
    }

    private static String fact(Draw draw) {
        World.Fact fact = World.draw(draw);
        return Words.capital(draw.one(fact.relation().statements()).formatted(fact.subject(), fact.value()));
    }

    private static String property(Draw draw) {
        PhysicalChoices.Property property = draw.one(PhysicalChoices.PROPERTIES);
        return draw.percent(50)
                ? "The %s is %s.".formatted(draw.one(property.things()), property.name())
                : "What is %s can %s.".formatted(property.name(), draw.one(property.goals()));
    }

    private static String sort(Draw draw) {
        Lexicon.Sort sort = draw.one(Lexicon.SORTS);
        return "%s is %s.".formatted(Words.capital(Words.a(draw.one(sort.members()))), Words.a(sort.name()));
    }

    private static String opposite(Draw draw) {
        List<String> pair = draw.shuffled(draw.one(Lexicon.OPPOSITES));
        return "The opposite of %s is %s.".formatted(pair.get(0), pair.get(1));
    }

    private static String calculation(Draw draw) {
        int a = draw.between(1, 9);
        int b = draw.between(1, 9);
        return switch (draw.between(0, 2)) {
            case 0 -> "%d + %d = %d.".formatted(a, b, a + b);
            case 1 -> "%d - %d = %d.".formatted(a + b, b, a);
            default -> "%d * %d = %d.".formatted(a, b, a * b);
        };
    }
}
