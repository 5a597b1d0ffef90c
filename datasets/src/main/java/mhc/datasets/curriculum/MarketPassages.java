package mhc.datasets.curriculum;

import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Draw;
import mhc.datasets.Example;
import mhc.datasets.Example.DropAnswer;
import mhc.datasets.Example.DropAnswer.Kind;

/** A market day in two sentences, with one question about counts or names, in the shape of DROP. */
final class MarketPassages implements mhc.datasets.curriculum.Kind {
    @Override
    public Item draw(String id, Draw draw) {
        List<String> things = draw.some(Words.THINGS, 3);
        List<Integer> counts = draw.some(IntStream.rangeClosed(2, 12).boxed().toList(), 3);
        List<String> people = draw.some(Words.PEOPLE, 2);
        String passage = "The %s sold %d %s, %d %s and %d %s. %s came first and %s came last."
                .formatted(
                        draw.one(List.of("market", "shop", "fair", "school")),
                        counts.get(0),
                        things.get(0),
                        counts.get(1),
                        things.get(1),
                        counts.get(2),
                        things.get(2),
                        people.get(0),
                        people.get(1));
        int a = draw.between(0, 2);
        int b = (a + draw.between(1, 2)) % 3;
        return switch (draw.between(0, 4)) {
            case 0 -> number(id, passage, "How many %s were sold?".formatted(things.get(a)), counts.get(a));
            case 1 ->
                number(
                        id,
                        passage,
                        "How many %s and %s were sold in all?".formatted(things.get(a), things.get(b)),
                        counts.get(a) + counts.get(b));
            case 2 -> {
                int more = counts.get(a) > counts.get(b) ? a : b;
                int less = a + b - more;
                yield number(
                        id,
                        passage,
                        "How many more %s than %s were sold?".formatted(things.get(more), things.get(less)),
                        counts.get(more) - counts.get(less));
            }
            case 3 -> {
                boolean first = draw.percent(50);
                yield span(id, passage, "Who came %s?".formatted(first ? "first" : "last"), people.get(first ? 0 : 1));
            }
            default -> {
                int most = IntStream.range(0, 3)
                        .reduce((i, j) -> counts.get(i) > counts.get(j) ? i : j)
                        .getAsInt();
                yield span(id, passage, "Which things were sold most?", things.get(most));
            }
        };
    }

    private static Item number(String id, String passage, String question, int answer) {
        return item(id, passage, question, new DropAnswer(Kind.NUMBER, List.of(String.valueOf(answer))));
    }

    private static Item span(String id, String passage, String question, String answer) {
        return item(id, passage, question, new DropAnswer(Kind.SPANS, List.of(answer)));
    }

    private static Item item(String id, String passage, String question, DropAnswer answer) {
        return Item.of(new Example.Drop(id, id, passage, question, List.of(answer)));
    }
}
