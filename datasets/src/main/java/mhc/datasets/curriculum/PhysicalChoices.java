package mhc.datasets.curriculum;

import java.util.List;
import mhc.datasets.Draw;
import mhc.datasets.Example;

/** A goal that needs a property and two things of which one has it, in the shape of PIQA. */
final class PhysicalChoices implements Kind {
    /** A property, things that have it and goals that need it. */
    record Property(String name, List<String> things, List<String> goals) {}

    static final List<Property> PROPERTIES = List.of(
            new Property(
                    "heavy",
                    List.of("brick", "stone", "anvil", "rock", "weight", "barrel"),
                    List.of("hold a door open", "press a flower flat", "keep a tent down", "sink a net")),
            new Property(
                    "soft",
                    List.of("pillow", "towel", "sponge", "blanket", "cushion", "scarf"),
                    List.of("rest your head", "wrap a glass", "line a nest", "sit on a hard floor")),
            new Property(
                    "sharp",
                    List.of("knife", "saw", "razor", "axe", "chisel", "blade"),
                    List.of("cut a rope", "open a box", "split a branch", "trim a stick")),
            new Property(
                    "hollow",
                    List.of("bucket", "cup", "bowl", "pot", "jug", "bottle"),
                    List.of("carry water", "catch the rain", "keep soup", "wash a sock")),
            new Property(
                    "bright",
                    List.of("torch", "lamp", "candle", "lantern", "flame", "spotlight"),
                    List.of("read at night", "find a key in the dark", "see in a cave", "light a path")),
            new Property(
                    "sticky",
                    List.of("glue", "tape", "paste", "gum", "honey", "wax"),
                    List.of("mend a torn page", "close a letter", "fix a poster", "join two cards")),
            new Property(
                    "long",
                    List.of("pole", "ladder", "stick", "rod", "branch", "spear"),
                    List.of("reach a high shelf", "pull a kite from a tree", "touch the roof", "push a boat off")),
            new Property(
                    "warm",
                    List.of("coat", "fire", "stove", "heater", "sun", "oven"),
                    List.of("dry a wet shirt", "melt ice", "stop a shiver", "heat a cold hand")));

    private static final List<String> PHRASES =
            List.of("To %s, use", "If you want to %s, take", "You can %s with", "A good way to %s is with");

    @Override
    public Item draw(String id, Draw draw) {
        List<Property> properties = draw.some(PROPERTIES, 2);
        String goal = draw.one(PHRASES).formatted(draw.one(properties.get(0).goals()));
        List<String> solutions = properties.stream()
                .map(property -> "the %s.".formatted(draw.one(property.things())))
                .toList();
        List<String> shuffled = draw.shuffled(solutions);
        return Item.of(new Example.Piqa(id, goal, shuffled, shuffled.indexOf(solutions.get(0))));
    }
}
