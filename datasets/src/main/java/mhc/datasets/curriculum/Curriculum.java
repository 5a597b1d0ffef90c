package mhc.datasets.curriculum;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mhc.datasets.Corpus;
import mhc.datasets.Draw;
import mhc.datasets.InputException;

/** The curriculum's items: drawn one by one without end, or a list of different ones. Pure functions of their arguments. */
public final class Curriculum {
    /** Draws without a new item after which a part counts as used up. */
    private static final int PATIENCE = 20_000;

    private Curriculum() {}

    /** The sub-tasks of a corpus; one empty name where it has none. */
    public static List<String> tasks(Corpus corpus) {
        return kinds(corpus).stream().map(Kind::task).toList();
    }

    /** The text that opens a prompt of this sub-task, or the empty string. */
    public static String description(Corpus corpus, String task) {
        return kind(corpus, task) instanceof WorkedTask worked ? worked.description() : "";
    }

    /** The next item of a stream of choices that belongs to a part. */
    public static Item draw(Corpus corpus, String task, Division division, String id, Draw draw) {
        Kind kind = kind(corpus, task);
        Item item = kind.draw(id, draw);
        while (Division.of(item.asked()) != division) {
            item = kind.draw(id, draw);
        }
        return item;
    }

    /**
     * Different items of one part, the sub-tasks taking turns.
     *
     * @throws InputException when the part has fewer
     */
    public static List<Item> distinct(Corpus corpus, Division division, long seed, int count) {
        List<String> tasks = tasks(corpus);
        Draw draw = Draw.of(seed, corpus.ordinal() * Division.values().length + division.ordinal());
        Set<String> keys = new HashSet<>();
        List<Item> items = new ArrayList<>(count);
        while (items.size() < count) {
            String task = tasks.get(items.size() % tasks.size());
            String id = "%s/%s/%d".formatted(corpus.key(), division.key(), items.size());
            Item item = draw(corpus, task, division, id, draw);
            for (int tries = 0; !keys.add(Division.key(item.asked())); tries++) {
                if (tries == PATIENCE) {
                    throw new InputException(
                            "The curriculum has only %d different %s items of %s%s: ask for fewer than %d."
                                    .formatted(
                                            items.size() / tasks.size(),
                                            division.key(),
                                            corpus.key(),
                                            task.isEmpty() ? "" : "/" + task,
                                            count));
                }
                item = draw(corpus, task, division, id, draw);
            }
            items.add(item);
        }
        return items;
    }

    private static Kind kind(Corpus corpus, String task) {
        return kinds(corpus).stream()
                .filter(kind -> kind.task().equals(task))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no task \"%s\" of %s".formatted(task, corpus)));
    }

    private static List<Kind> kinds(Corpus corpus) {
        return switch (corpus) {
            case BBH -> Tasks.ALL;
            case DROP -> List.of(new MarketPassages());
            case GSM8K -> List.of(new WordProblems());
            case HELLASWAG -> List.of(new StoryEndings());
            case MATH -> Mathematics.TYPES;
            case MMLU -> Subjects.ALL;
            case PIQA -> List.of(new PhysicalChoices());
            case TRIVIAQA -> List.of(new FactQuestions());
        };
    }

    private static final class Tasks {
        static final List<Kind> ALL =
                List.of(new BooleanExpressions(), new HeightOrder(), new Walks(), new ObjectCounting());
    }
}
