package mhc.datasets.curriculum;

import java.util.List;

/** What the curriculum knows about words: sorts, opposites, days and months. */
final class Lexicon {
    /** Things of one sort. */
    record Sort(String name, List<String> members) {}

    static final List<Sort> SORTS = List.of(
            new Sort("fruit", Words.FRUITS),
            new Sort("animal", Words.ANIMALS),
            new Sort("tool", Words.TOOLS),
            new Sort("garment", Words.CLOTHES),
            new Sort("instrument", Words.INSTRUMENTS));

    static final List<List<String>> OPPOSITES = List.of(
            List.of("hot", "cold"),
            List.of("big", "small"),
            List.of("old", "young"),
            List.of("wet", "dry"),
            List.of("fast", "slow"),
            List.of("high", "low"),
            List.of("hard", "soft"),
            List.of("light", "heavy"),
            List.of("open", "closed"),
            List.of("full", "empty"),
            List.of("early", "late"),
            List.of("loud", "quiet"),
            List.of("rich", "poor"),
            List.of("long", "short"),
            List.of("near", "far"),
            List.of("sweet", "sour"));

    static final List<String> DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

    static final List<String> MONTHS = List.of(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December");

    private Lexicon() {}
}
