package mhc.datasets;

import static mhc.datasets.Head.Shape.LIST;
import static mhc.datasets.Head.Shape.OBJECT;
import static mhc.datasets.Head.Shape.TEXT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DROP (AllenAI): the official typed JSON, the hub's table, and two layouts of other evaluation suites. */
final class DropFormat implements CorpusFormat {
    private static final Pattern SIMPLE_EVALS =
            Pattern.compile("Passage: (.*)\\nQuestion: (.*?)\\nAnswer:\\s*", Pattern.DOTALL);

    @Override
    public Corpus corpus() {
        return Corpus.DROP;
    }

    @Override
    public List<Layout> layouts() {
        // One text object for each distinct passage, which up to a hundred rows repeat.
        Map<String, String> passages = new HashMap<>();
        return List.of(
                new Layout(
                        "DROP JSON",
                        "<passage id>{passage, qa_pairs[question, query_id, answer, validated_answers]}",
                        true,
                        (head, part) -> head.form() == Head.Form.JSON
                                && head.inner().containsAll(Set.of("passage", "qa_pairs")),
                        DropFormat::document),
                Layout.table(
                        "DROP rows, typed answers",
                        "section_id, query_id, passage, question, answer{number, date, spans}, validated_answers",
                        (head, part) -> head.has("passage", "question", "query_id") && head.is("answer", OBJECT),
                        Set.of("section_id", "query_id", "passage", "question", "answer", "validated_answers"),
                        (row, sink) -> typedRow(row, passages, sink)),
                Layout.table(
                        "DROP rows, span lists",
                        "query_id, passage, question, answers[[span]]",
                        (head, part) -> head.has("passage", "question", "query_id") && head.is("answers", LIST),
                        Set.of("query_id", "passage", "question", "answers"),
                        (row, sink) -> spanListRow(row, passages, sink)),
                Layout.table(
                        "DROP rows of simple-evals",
                        "context (\"Passage: ... Question: ... Answer:\"), ref_text (alternatives between |)",
                        (head, part) -> head.is("context", TEXT) && head.is("ref_text", TEXT),
                        Set.of("context", "ref_text"),
                        (row, sink) -> simpleEvalsRow(row, passages, sink)));
    }

    private static void document(Part part, ExampleSink sink) {
        Json.members(part.file(), (passageId, value, line) -> {
            String where = "%s, line %d, passage %s".formatted(part.file(), line, passageId);
            if (!(value instanceof ObjectNode fields)) {
                throw new InputException("%s: this must be an object; fetch the file again".formatted(where));
            }
            Row passage = new Row(where, 0, part, "", fields);
            String text = passage.text("passage");
            for (Row question : passage.objects("qa_pairs")) {
                String id = sink.id(passageId, question.text("query_id"));
                List<Example.DropAnswer> answers = DropAnswers.ofDocument(question);
                sink.add(new Example.Drop(id, passageId, text, question.text("question"), answers), where);
            }
        });
    }

    private static void typedRow(Row row, Map<String, String> passages, ExampleSink sink) {
        String passage = passage(row, passages);
        String passageId = row.has("section_id") ? row.text("section_id") : passageId(passage);
        add(row, passageId, row.text("query_id"), passage, row.text("question"), DropAnswers.ofRow(row), sink);
    }

    private static void spanListRow(Row row, Map<String, String> passages, ExampleSink sink) {
        String passage = passage(row, passages);
        List<Example.DropAnswer> answers = row.textLists("answers").stream()
                .map(spans -> new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, spans))
                .toList();
        if (answers.isEmpty()) {
            throw row.wrong("answers", "a list with at least one answer");
        }
        add(row, passageId(passage), row.text("query_id"), passage, row.text("question"), answers, sink);
    }

    private static void simpleEvalsRow(Row row, Map<String, String> passages, ExampleSink sink) {
        Matcher context = SIMPLE_EVALS.matcher(row.text("context"));
        if (!context.matches()) {
            throw row.wrong("context", "\"Passage: ...\", \"Question: ...\" and \"Answer:\" on lines of their own");
        }
        String passage = passages.computeIfAbsent(context.group(1), text -> text);
        List<Example.DropAnswer> answers = Pattern.compile("\\|")
                .splitAsStream(row.text("ref_text"))
                .map(span -> new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, List.of(span)))
                .toList();
        add(row, passageId(passage), String.valueOf(row.index()), passage, context.group(2), answers, sink);
    }

    private static void add(
            Row row,
            String passageId,
            String queryId,
            String passage,
            String question,
            List<Example.DropAnswer> answers,
            ExampleSink sink) {
        String id = sink.id(passageId, queryId);
        sink.add(new Example.Drop(id, passageId, passage, question, answers), row.where());
    }

    private static String passage(Row row, Map<String, String> passages) {
        return passages.computeIfAbsent(row.text("passage"), text -> text);
    }

    /** Where the source names no passage: the beginning of the SHA-256 of its text. */
    private static String passageId(String passage) {
        return Sha256.of(passage).substring(0, 12);
    }

    @Override
    public String validation() {
        return "dev";
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(Place.official("dev", "drop_dataset_dev.json", "", "drop_dataset")),
                List.of(Place.hub("dev", "validation", "data", "default", "")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, CHAIN_OF_THOUGHT -> List.of();
            case TRAIN ->
                List.of(
                        List.of(Place.official("train", "drop_dataset_train.json", "", "drop_dataset")),
                        List.of(Place.hub("train", "train", "data", "default", "")));
        };
    }
}
