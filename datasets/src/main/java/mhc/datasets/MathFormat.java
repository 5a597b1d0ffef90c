package mhc.datasets;

import static mhc.datasets.Head.Shape.TEXT;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** MATH (hendrycks/math): one file a problem, or rows; and the four exemplars of Minerva (arXiv 2206.14858, appendix D). */
final class MathFormat implements CorpusFormat {
    private static final Pattern UNIQUE_ID = Pattern.compile("\\w+/(\\w+)/(\\d+)\\.json");
    private static final String TREE = "(?<task>[a-z_]+)/(?<item>\\d+)\\.json";
    private static final Set<String> COLUMNS = Set.of("problem", "level", "type", "subject", "solution", "unique_id");

    @Override
    public Corpus corpus() {
        return Corpus.MATH;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                Layout.table(
                        "MATH, one file a problem",
                        "problem, level, type, solution in <type>/<number>.json",
                        (head, part) -> !part.item().isEmpty() && isProblem(head),
                        COLUMNS,
                        (row, sink) -> add(row, row.part().task(), row.part().item(), sink)),
                Layout.table(
                        "MATH rows",
                        "problem, level, type (or subject), solution",
                        (head, part) -> isProblem(head)
                                && (head.has("type")
                                        || head.has("subject")
                                        || !part.task().isEmpty()),
                        COLUMNS,
                        MathFormat::addRow),
                Layout.exemplars(
                        "MATH exemplars",
                        "problem, solution",
                        (head, part) -> isProblem(head),
                        COLUMNS,
                        (row, sink) -> add(row, "", String.valueOf(row.index()), sink)));
    }

    private static boolean isProblem(Head head) {
        return head.is("problem", TEXT) && head.is("solution", TEXT);
    }

    /** Rows of MATH-500 carry the name of the official file, whose number is then the id. */
    private static void addRow(Row row, ExampleSink sink) {
        Matcher uniqueId = UNIQUE_ID.matcher(row.textOr("unique_id", ""));
        if (uniqueId.matches()) {
            add(row, uniqueId.group(1), uniqueId.group(2), sink);
            return;
        }
        String type = row.has("type")
                ? row.text("type")
                : row.textOr("subject", row.part().task());
        add(row, folder(type), String.valueOf(row.index()), sink);
    }

    /** "Counting &amp; Probability" lies in the folder {@code counting_and_probability}. */
    private static String folder(String type) {
        return type.strip().toLowerCase(Locale.ROOT).replace("&", "and").replaceAll("\\W+", "_");
    }

    private static void add(Row row, String task, String number, ExampleSink sink) {
        String id = task.isEmpty() ? sink.id(number) : sink.id(task, number);
        String level = row.has("level") ? row.textOrNumber("level") : "";
        Example example = new Example.MathProblem(
                id, task, level.length() == 1 ? "Level " + level : level, row.text("problem"), row.text("solution"));
        sink.add(example, row.where());
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(
                        Place.officialTree("test", "MATH/test/<type>/<n>.json", TREE, "MATH/test", "test"),
                        Place.official("test", "test.jsonl"),
                        Place.hubTree("test", "test")),
                List.of(Place.hub("test", "test", "default", "data", "")),
                List.of(Place.official("test", "math500_test.jsonl")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE -> List.of();
            case TRAIN ->
                List.of(
                        List.of(
                                Place.officialTree("train", "MATH/train/<type>/<n>.json", TREE, "MATH/train", "train"),
                                Place.official("train", "train.jsonl"),
                                Place.hubTree("train", "train")),
                        List.of(Place.hub("train", "train", "default", "data", "")));
            case CHAIN_OF_THOUGHT -> List.of(List.of(Place.exemplars("minerva", "minerva")));
        };
    }
}
