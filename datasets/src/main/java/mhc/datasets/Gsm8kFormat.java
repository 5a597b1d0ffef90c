package mhc.datasets;

import static mhc.datasets.Head.Shape.TEXT;

import java.util.List;
import java.util.Set;

/** GSM8K (openai/grade-school-math) and the eight chain-of-thought exemplars of Wei et al. 2022. */
final class Gsm8kFormat implements CorpusFormat {
    @Override
    public Corpus corpus() {
        return Corpus.GSM8K;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                Layout.table(
                        "GSM8K rows",
                        "question, answer",
                        (head, part) -> head.is("question", TEXT) && head.is("answer", TEXT),
                        Set.of("question", "answer"),
                        (row, sink) -> add(row, "answer", sink)),
                Layout.exemplars(
                        "GSM8K chain-of-thought exemplars",
                        "question, target",
                        (head, part) -> head.is("question", TEXT) && head.is("target", TEXT),
                        Set.of("question", "target"),
                        (row, sink) -> add(row, "target", sink)));
    }

    private static void add(Row row, String answer, ExampleSink sink) {
        sink.add(new Example.Gsm8k(sink.id(row.index()), row.text("question"), row.text(answer)), row.where());
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(Place.official("test", "test.jsonl", "", "grade_school_math/data")),
                List.of(Place.hub("test", "test", "main", "")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE -> List.of();
            case TRAIN ->
                List.of(
                        List.of(Place.official("train", "train.jsonl", "", "grade_school_math/data")),
                        List.of(Place.hub("train", "train", "main", "")));
            case CHAIN_OF_THOUGHT -> List.of(List.of(Place.exemplars("cot", "cot")));
        };
    }
}
