package mhc.datasets.curriculum;

import java.util.List;
import mhc.datasets.Draw;

/** Three people in order, given by two comparisons in either order; who comes first, last or in the middle. */
final class HeightOrder extends WorkedTask {
    private record Scale(String more, String most, String least) {}

    private static final List<Scale> SCALES =
            List.of(new Scale("taller", "tallest", "shortest"), new Scale("older", "oldest", "youngest"));

    HeightOrder() {
        super("logical_order", "Find the person in an order.");
    }

    @Override
    Worked draw(Draw draw) {
        List<String> people = draw.some(Words.PEOPLE, 3);
        Scale scale = draw.one(SCALES);
        String upper = "%s is %s than %s.".formatted(people.get(0), scale.more, people.get(1));
        String lower = "%s is %s than %s.".formatted(people.get(1), scale.more, people.get(2));
        boolean most = draw.percent(50);
        String given = draw.percent(50) ? upper + " " + lower : lower + " " + upper;
        String target = people.get(most ? 0 : 2);
        return new Worked(
                "%s Who is the %s?".formatted(given, most ? scale.most : scale.least),
                "The order is %s, %s, %s.".formatted(people.get(0), people.get(1), people.get(2)),
                target);
    }
}
