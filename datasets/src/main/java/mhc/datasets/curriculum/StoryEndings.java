package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** A beginning and four endings, in the shape of HellaSwag: what goes on, or who holds what. */
final class StoryEndings implements Kind {
    private record Activity(String name, List<String> beginnings, List<String> endings) {}

    private static final List<Activity> ACTIVITIES = List.of(
            new Activity(
                    "Baking",
                    List.of("takes flour and eggs", "warms the oven", "stirs the dough"),
                    List.of("bakes a cake.", "puts bread into the oven.")),
            new Activity(
                    "Gardening",
                    List.of("takes seeds and a spade", "walks to the garden", "digs in the soil"),
                    List.of("plants a rose.", "puts seeds into the soil.")),
            new Activity(
                    "Fishing",
                    List.of("takes a rod and a net", "walks to the lake", "waits in the boat"),
                    List.of("catches a fish.", "puts a fish into the net.")),
            new Activity(
                    "Painting",
                    List.of("takes a brush and paint", "stands before the wall", "stirs the paint"),
                    List.of("paints the wall.", "puts paint on the wall.")),
            new Activity(
                    "Washing",
                    List.of("takes soap and water", "fills the tub", "holds the wet shirt"),
                    List.of("washes the shirt.", "puts soap on the shirt.")),
            new Activity(
                    "Swimming",
                    List.of("walks to the pool", "stands by the pool", "takes a towel to the pool"),
                    List.of("jumps into the pool.", "swims in the pool.")),
            new Activity(
                    "Reading",
                    List.of("takes a book", "sits by the lamp", "opens the book"),
                    List.of("reads a page.", "turns a page of the book.")),
            new Activity(
                    "Writing",
                    List.of("takes paper and a pen", "sits at the desk", "opens the ink"),
                    List.of("writes a letter.", "puts a stamp on the letter.")));

    private static final List<String> VERBS = List.of("drops", "sells", "holds up", "paints", "hides");
    private static final List<String> OBJECTS = List.of("ball", "cup", "hat", "book", "bell", "lamp", "kite", "box");

    @Override
    public Item draw(String id, Draw draw) {
        return draw.percent(50) ? activity(id, draw) : holder(id, draw);
    }

    private static Item activity(String id, Draw draw) {
        boolean man = draw.percent(50);
        String name = draw.one(man ? Words.MEN : Words.WOMEN);
        List<Activity> activities = draw.some(ACTIVITIES, 4);
        Activity activity = activities.get(0);
        List<String> endings =
                activities.stream().map(each -> draw.one(each.endings)).toList();
        String beginning = "%s %s.".formatted(name, draw.one(activity.beginnings));
        return item(id, draw, activity.name, beginning, man ? "he" : "she", endings);
    }

    /** Who is meant follows from the pronoun alone; all four endings name a colour and a thing of the beginning. */
    private static Item holder(String id, Draw draw) {
        List<String> colours = draw.some(Words.COLOURS, 2);
        List<String> objects = draw.some(OBJECTS, 2);
        boolean man = draw.percent(50);
        int asked = draw.between(0, 1);
        String own = draw.one(man ? Words.MEN : Words.WOMEN);
        String other = draw.one(man ? Words.WOMEN : Words.MEN);
        String beginning = "%s has a %s %s. %s has a %s %s."
                .formatted(
                        asked == 0 ? own : other,
                        colours.get(0),
                        objects.get(0),
                        asked == 0 ? other : own,
                        colours.get(1),
                        objects.get(1));
        List<String> endings = new ArrayList<>();
        for (int flip = 0; flip < 4; flip++) {
            endings.add("the %s %s.".formatted(colours.get(asked ^ (flip & 1)), objects.get(asked ^ (flip >> 1))));
        }
        return item(id, draw, "Things", beginning, (man ? "he " : "she ") + draw.one(VERBS), endings);
    }

    /** {@code endings}: the right one first. */
    private static Item item(
            String id, Draw draw, String activity, String beginning, String subject, List<String> endings) {
        List<String> shuffled = draw.shuffled(endings);
        return Item.of(new Example.HellaSwag(
                id, activity, beginning, subject, shuffled, shuffled.indexOf(endings.get(0)), id));
    }
}
