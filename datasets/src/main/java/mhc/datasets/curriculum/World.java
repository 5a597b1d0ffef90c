package mhc.datasets.curriculum;

import java.util.List;
import java.util.stream.Stream;
import mhc.datasets.Draw;

/** A table of facts about invented countries. It is the same for every seed, so that a fact learned stays true. */
final class World {
    static final List<String> COUNTRIES = List.of(
            "Arvia", "Belun", "Corda", "Dremo", "Elvan", "Fasia", "Garun", "Holme", "Istra", "Jorvik", "Kelda", "Lorn",
            "Marn", "Nessa", "Orval", "Pelago", "Quill", "Rovan", "Sundre", "Tamos", "Urda", "Velia", "Wexel",
            "Zembla");

    private static final List<String> CAPITALS = List.of(
            "Abbot", "Brink", "Castor", "Dovel", "Eston", "Ferry", "Glenn", "Harrow", "Inver", "Jessop", "Kirk",
            "Lunden", "Milford", "Norton", "Oakham", "Porto", "Quorn", "Redcar", "Selby", "Thorn", "Upton", "Vardo",
            "Whitby", "Yarm");

    /**
     * A relation with its ways of stating and asking it; {@code %1$s} is the country, {@code %2$s} the value.
     *
     * @param values one for each country where they are unique, else fewer
     */
    record Relation(String name, List<String> values, int stride, List<String> statements, List<String> questions) {
        String value(int country) {
            // A stride prime to the number of values spreads them, and no two relations agree in order.
            return values.get((country * stride + stride) % values.size());
        }
    }

    record Fact(Relation relation, int country) {
        String subject() {
            return COUNTRIES.get(country);
        }

        String value() {
            return relation.value(country);
        }
    }

    static final List<Relation> RELATIONS = List.of(
            new Relation(
                    "capital",
                    CAPITALS,
                    5,
                    List.of("The capital of %1$s is %2$s.", "%2$s is the capital of %1$s."),
                    List.of(
                            "What is the capital of %s?",
                            "Which town is the capital of %s?", "Name the capital of %s.", "%s has which capital?")),
            new Relation(
                    "metal",
                    List.of("iron", "gold", "tin", "zinc", "lead", "silver", "copper"),
                    3,
                    List.of("The mines of %1$s hold %2$s.", "%2$s is the metal of %1$s."),
                    List.of(
                            "What is the metal of %s?",
                            "Which metal do the mines of %s hold?", "Name the metal of %s.", "%s has which metal?")),
            new Relation(
                    "animal",
                    List.of("bear", "wolf", "fox", "eagle", "lion", "deer", "hare", "swan", "otter", "crane", "seal"),
                    4,
                    List.of("The animal of %1$s is the %2$s.", "The %2$s is the animal of %1$s."),
                    List.of(
                            "What is the animal of %s?",
                            "Which animal stands for %s?", "Name the animal of %s.", "%s has which animal?")),
            new Relation(
                    "crop",
                    List.of("rice", "wheat", "rye", "corn", "oats", "beans", "grapes", "hops", "tea"),
                    2,
                    List.of("The farmers of %1$s grow %2$s.", "%2$s is the crop of %1$s."),
                    List.of(
                            "What is the crop of %s?",
                            "Which crop do the farmers of %s grow?", "Name the crop of %s.", "%s has which crop?")),
            new Relation(
                    "flag",
                    Words.COLOURS,
                    3,
                    List.of("The flag of %1$s is %2$s.", "%2$s is the colour of the flag of %1$s."),
                    List.of(
                            "What colour is the flag of %s?",
                            "Which colour has the flag of %s?",
                            "Name the colour of the flag of %s.",
                            "%s has a flag of which colour?")),
            new Relation(
                    "sea",
                    List.of("north", "south", "east", "west"),
                    3,
                    List.of("The sea of %1$s lies in the %2$s.", "In the %2$s of %1$s lies the sea."),
                    List.of(
                            "Where is the sea of %s?",
                            "In which direction is the sea of %s?",
                            "Name the direction of the sea of %s.",
                            "%s has a sea in which direction?")));

    private World() {}

    static Fact draw(Draw draw) {
        return new Fact(draw.one(RELATIONS), draw.between(0, COUNTRIES.size() - 1));
    }

    /** Every fact there is. */
    static Stream<Fact> facts() {
        return RELATIONS.stream().flatMap(relation -> Stream.iterate(0, i -> i < COUNTRIES.size(), i -> i + 1)
                .map(country -> new Fact(relation, country)));
    }
}
