package mhc.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** PIQA (ybisk/ybisk.github.io): rows and their labels stand in two files, {@code X.jsonl} and {@code X-labels.lst}. */
final class PiqaFormat implements CorpusFormat {
    @Override
    public Corpus corpus() {
        return Corpus.PIQA;
    }

    @Override
    public List<Layout> layouts() {
        Set<String> columns = Set.of("goal", "sol1", "sol2", "label");
        return List.of(
                Layout.table(
                        "PIQA rows with labels",
                        "goal, sol1, sol2, label",
                        (head, part) -> head.has("goal", "sol1", "sol2", "label"),
                        columns,
                        (row, sink) -> add(row, row.choice("label", 2), sink)),
                new Layout(
                        "PIQA rows and label file",
                        "goal, sol1, sol2, and one label a line in X-labels.lst beside X.jsonl",
                        true,
                        (head, part) -> head.form() == Head.Form.JSON && head.has("goal", "sol1", "sol2"),
                        PiqaFormat::withLabelFile));
    }

    private static void withLabelFile(Part part, ExampleSink sink) {
        DataFile labelFile = labelFile(part.file());
        List<Integer> labels = labels(labelFile);
        List<Row> rows = new ArrayList<>();
        Layout.rows(part, Set.of(), sink, (row, ignored) -> rows.add(row));
        if (rows.size() != labels.size()) {
            throw new InputException("%s has %d labels for the %d rows of %s; fetch both files of the same split again"
                    .formatted(labelFile, labels.size(), rows.size(), part.file()));
        }
        for (Row row : rows) {
            add(row, labels.get(row.index()), sink);
        }
    }

    private static List<Integer> labels(DataFile file) {
        List<Integer> labels = new ArrayList<>();
        try (DataFile.Lines lines = new DataFile.Lines(file)) {
            String line = lines.next();
            while (line != null) {
                String label = line.strip();
                if (label.equals("0") || label.equals("1")) {
                    labels.add(label.charAt(0) - '0');
                } else if (!label.isEmpty()) {
                    throw new InputException("%s: a label must be 0 or 1, but is \"%s\"; fetch the file again"
                            .formatted(lines.where(), label));
                }
                line = lines.next();
            }
        }
        return labels;
    }

    private static DataFile labelFile(DataFile rows) {
        String stem = rows.name().replaceFirst("\\.[^.]+$", "");
        return rows.sibling(
                stem + "-labels.lst",
                "it holds the labels of " + rows + ": put it beside, or use rows with a label field");
    }

    private static void add(Row row, int gold, ExampleSink sink) {
        List<String> solutions = List.of(row.text("sol1"), row.text("sol2"));
        sink.add(new Example.Piqa(sink.id(row.index()), row.text("goal"), solutions, gold), row.where());
    }

    @Override
    public List<DataFile> companions(Part part, Layout layout) {
        return layout.name().equals("PIQA rows and label file") ? List.of(labelFile(part.file())) : List.of();
    }

    @Override
    public String validation() {
        return "valid";
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(
                        Place.official("valid", "valid.jsonl"),
                        Place.official("valid", "dev.jsonl", "", "physicaliqa-train-dev")),
                List.of(Place.hub("valid", "validation", "plain_text", "data", "default", "")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, CHAIN_OF_THOUGHT -> List.of();
            case TRAIN ->
                List.of(
                        List.of(Place.official("train", "train.jsonl", "", "physicaliqa-train-dev")),
                        List.of(Place.hub("train", "train", "plain_text", "data", "default", "")));
        };
    }
}
