package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Draw;

/** How many things of one sort a list holds, among which there may be one of another sort. */
final class ObjectCounting extends WorkedTask {
    private record Sort(String name, List<String> members) {}

    private static final List<Sort> SORTS = List.of(
            new Sort("fruits", Words.FRUITS),
            new Sort("animals", Words.ANIMALS),
            new Sort("tools", Words.TOOLS),
            new Sort("clothes", Words.CLOTHES));

    ObjectCounting() {
        super("object_counting", "Count the things of one sort.");
    }

    @Override
    Worked draw(Draw draw) {
        List<Sort> sorts = draw.some(SORTS, 2);
        List<String> asked = draw.some(sorts.get(0).members(), 2);
        String odd = draw.one(sorts.get(1).members());
        int first = draw.between(1, 6);
        int second = draw.between(1, 6);
        List<String> listed = new ArrayList<>(
                List.of(counted(first, asked.get(0)), counted(second, asked.get(1)), counted(draw.between(1, 6), odd)));
        int place = draw.between(0, 2);
        listed.add(place, listed.remove(2));
        String input = "I have %s, %s and %s. How many %s do I have?"
                .formatted(
                        listed.get(0),
                        listed.get(1),
                        listed.get(2),
                        sorts.get(0).name());
        String steps = "The %s are %s and %s. %d + %d = %d."
                .formatted(
                        sorts.get(0).name(),
                        counted(first, asked.get(0)),
                        counted(second, asked.get(1)),
                        first,
                        second,
                        first + second);
        return new Worked(input, steps, String.valueOf(first + second));
    }

    private static String counted(int count, String noun) {
        return Words.number(count) + " " + (count == 1 ? noun : Words.plural(noun));
    }
}
