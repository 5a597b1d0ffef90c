package mhc.datasets;

import static mhc.datasets.Head.Shape.LIST;
import static mhc.datasets.Head.Shape.TEXT;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** MMLU (hendrycks/test): one CSV file for each subject and split, or the hub's tables. */
final class MmluFormat implements CorpusFormat {
    private static final int CHOICES = 4;
    private static final String LETTERS = "ABCD";

    @Override
    public Corpus corpus() {
        return Corpus.MMLU;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout(
                        "MMLU CSV",
                        "six columns without header: question, A, B, C, D, answer letter",
                        true,
                        (head, part) -> head.form() == Head.Form.TEXT,
                        MmluFormat::csv),
                Layout.table(
                        "MMLU rows",
                        "question, choices, answer, subject",
                        (head, part) -> head.is("question", TEXT) && head.is("choices", LIST) && head.has("answer"),
                        Set.of("question", "choices", "answer", "subject"),
                        MmluFormat::row));
    }

    private static void csv(Part part, ExampleSink sink) {
        String subject = part.task().isEmpty()
                ? part.file().name().replaceFirst("(_(test|dev|val))?\\.[^.]*$", "")
                : part.task();
        Csv.read(part.file(), ',', CHOICES + 2, "question, A, B, C, D, answer", (values, where) -> {
            String letter = values.get(CHOICES + 1).strip();
            int gold = letter.length() == 1 ? LETTERS.indexOf(letter.charAt(0)) : -1;
            if (gold < 0) {
                throw new InputException("%s: the answer (column 6) must be A, B, C or D, but is \"%s\"; %s"
                        .formatted(where, letter, "correct it or fetch the file again"));
            }
            add(subject, values.get(0), values.subList(1, CHOICES + 1), gold, where, sink);
        });
    }

    private static void row(Row row, ExampleSink sink) {
        List<String> choices = row.texts("choices");
        if (choices.size() != CHOICES) {
            throw row.wrong("choices", "a list of " + CHOICES + " texts");
        }
        String subject = row.part().task().isEmpty()
                ? row.text("subject")
                : row.textOr("subject", row.part().task());
        int gold = row.choice("answer", CHOICES);
        add(subject.toLowerCase(Locale.ROOT).replace(' ', '_'), row.text("question"), choices, gold, row.where(), sink);
    }

    private static void add(
            String subject, String question, List<String> choices, int gold, String where, ExampleSink sink) {
        String id = sink.id(subject, sink.next(subject));
        sink.add(new Example.Mmlu(id, subject, question, choices, gold), where);
    }

    /** Here dev (the five exemplars of a subject) and val are two splits. */
    @Override
    public String split(String word, String fileName) {
        return Set.of("val", "valid", "validation").contains(word) ? "val" : word;
    }

    @Override
    public List<List<Place>> evaluation() {
        return places("test", "test");
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, CHAIN_OF_THOUGHT -> List.of();
            case TRAIN -> places("dev", "dev");
        };
    }

    private static List<List<Place>> places(String split, String folder) {
        return List.of(
                List.of(Place.officialTree(
                        split,
                        "%s/<subject>_%s.csv".formatted(folder, split),
                        "(?<task>\\w+)_%s\\.csv(?:\\.gz)?".formatted(split),
                        folder,
                        "data/" + folder)),
                List.of(Place.hub(split, split, "all", "")),
                List.of(Place.hubTree(split, split)));
    }
}
