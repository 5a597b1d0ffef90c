package mhc.datasets;

import static mhc.datasets.Head.Shape.LIST;
import static mhc.datasets.Head.Shape.OBJECT;
import static mhc.datasets.Head.Shape.TEXT;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** TriviaQA (mandarjoshi90/triviaqa): official JSON, the hub's rows, DPR's questions, llm-foundry's rows. */
final class TriviaQaFormat implements CorpusFormat {
    private static final Pattern LLM_FOUNDRY = Pattern.compile("Question: (.*)\\nAnswer:\\s*", Pattern.DOTALL);
    private static final Pattern DPR_NAME = Pattern.compile("(dpr.*|trivia-[a-z]+\\.qa)\\.(tsv|csv|txt)");

    @Override
    public Corpus corpus() {
        return Corpus.TRIVIAQA;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout(
                        "TriviaQA JSON",
                        "Data[Question, QuestionId, Answer{Value, Aliases}]",
                        true,
                        (head, part) -> head.form() == Head.Form.JSON && head.is("Data", LIST),
                        TriviaQaFormat::document),
                Layout.table(
                        "TriviaQA rows",
                        "question, answer{value, aliases}",
                        (head, part) -> head.is("question", TEXT) && head.is("answer", OBJECT),
                        Set.of("question", "answer"),
                        TriviaQaFormat::hubRow),
                Layout.table(
                        "TriviaQA rows of llm-foundry",
                        "context (\"Question: ... Answer:\"), answer, aliases",
                        (head, part) -> head.is("context", TEXT) && head.is("aliases", LIST),
                        Set.of("context", "answer", "aliases"),
                        TriviaQaFormat::llmFoundryRow),
                new Layout(
                        "TriviaQA questions of DPR",
                        "question, tab, Python list of aliases",
                        true,
                        (head, part) -> head.form() == Head.Form.TEXT,
                        TriviaQaFormat::dpr));
    }

    private static void document(Part part, ExampleSink sink) {
        Json.elements(part.file(), "Data", (fields, line) -> {
            Row row = new Row("%s, line %d".formatted(part.file(), line), sink.next("row"), part, "", fields);
            Row answer = row.object("Answer");
            String id = row.text("QuestionId");
            add(row.where(), id, row.text("Question"), answer.text("Value"), answer.texts("Aliases"), sink);
        });
    }

    /** Numbered by row: the hub's reading comprehension split holds a question once for web and once for Wikipedia. */
    private static void hubRow(Row row, ExampleSink sink) {
        Row answer = row.object("answer");
        add(row.where(), row.index(), row.text("question"), answer.textOr("value", ""), answer.texts("aliases"), sink);
    }

    private static void llmFoundryRow(Row row, ExampleSink sink) {
        Matcher context = LLM_FOUNDRY.matcher(row.text("context"));
        if (!context.matches()) {
            throw row.wrong("context", "\"Question: ...\" and \"Answer:\" on lines of their own");
        }
        add(row.where(), row.index(), context.group(1), row.text("answer"), row.texts("aliases"), sink);
    }

    private static void dpr(Part part, ExampleSink sink) {
        Csv.read(part.file(), '\t', 2, "question, list of aliases, a tab between", (values, where) -> {
            add(where, sink.next("row"), values.get(0), "", aliases(values.get(1), where), sink);
        });
    }

    private static List<String> aliases(String literal, String where) {
        try {
            return PythonLiteral.strings(literal);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "%s: column 2 must be a Python list of strings (%s); correct it or fetch the file again"
                            .formatted(where, e.getMessage()),
                    e);
        }
    }

    private static void add(
            String where, Object number, String question, String value, List<String> aliases, ExampleSink sink) {
        if (aliases.isEmpty()) {
            throw new InputException(
                    "%s: the question has no aliases; take a split whose answers are published, or correct it"
                            .formatted(where));
        }
        sink.add(new Example.TriviaQa(sink.id(number), question, value, aliases), where);
    }

    @Override
    public String validation() {
        return "dev";
    }

    /** DPR's test questions are the official dev set; its dev questions were cut from the official train set. */
    @Override
    public String split(String word, String fileName) {
        if (DPR_NAME.matcher(fileName).matches()) {
            return word.equals("test") ? "dev" : "train";
        }
        return CorpusFormat.super.split(word, fileName);
    }

    @Override
    public List<List<Place>> evaluation() {
        return List.of(
                List.of(Place.official("dev", "unfiltered-web-dev.json", "", "triviaqa-unfiltered", "qa")),
                List.of(Place.hub("dev", "validation", "rc.nocontext", "")));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, CHAIN_OF_THOUGHT -> List.of();
            case TRAIN ->
                List.of(
                        List.of(Place.official("train", "unfiltered-web-train.json", "", "triviaqa-unfiltered", "qa")),
                        List.of(Place.hub("train", "train", "rc.nocontext", "")));
        };
    }
}
