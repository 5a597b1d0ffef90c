package mhc.datasets;

import static mhc.datasets.Head.Shape.LIST;

import java.util.List;
import java.util.Set;

/** HellaSwag (rowanz/hellaswag). Ids are row numbers: {@code ind} is not unique (two sources number on their own). */
final class HellaSwagFormat implements CorpusFormat {
    private static final int ENDINGS = 4;

    @Override
    public Corpus corpus() {
        return Corpus.HELLASWAG;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                Layout.table(
                        "HellaSwag rows",
                        "activity_label, ctx_a, ctx_b, endings, label, source_id",
                        (head, part) ->
                                head.has("activity_label", "ctx_a", "ctx_b", "label") && head.is("endings", LIST),
                        Set.of("activity_label", "ctx_a", "ctx_b", "endings", "label", "source_id"),
                        (row, sink) -> add(row, row.text("ctx_a"), row.text("ctx_b"), sink)),
                Layout.table(
                        "HellaSwag rows with one context",
                        "activity_label, ctx, endings, label",
                        (head, part) -> head.has("activity_label", "ctx", "label") && head.is("endings", LIST),
                        Set.of("activity_label", "ctx", "endings", "label", "source_id"),
                        (row, sink) -> add(row, row.text("ctx"), "", sink)));
    }

    private static void add(Row row, String contextA, String contextB, ExampleSink sink) {
        List<String> endings = row.texts("endings");
        if (endings.size() != ENDINGS) {
            throw row.wrong("endings", "a list of " + ENDINGS + " texts");
        }
        Example example = new Example.HellaSwag(
                sink.id(row.index()),
                row.text("activity_label"),
                contextA,
                contextB,
                endings,
                row.choice("label", ENDINGS),
                row.textOr("source_id", ""));
        sink.add(example, row.where());
    }

    @Override
    public String validation() {
        return "val";
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(Place.official("val", "hellaswag_val.jsonl", "", "data")),
                List.of(Place.hub("val", "validation", "data", "default", "")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, CHAIN_OF_THOUGHT -> List.of();
            case TRAIN ->
                List.of(
                        List.of(Place.official("train", "hellaswag_train.jsonl", "", "data")),
                        List.of(Place.hub("train", "train", "data", "default", "")));
        };
    }
}
