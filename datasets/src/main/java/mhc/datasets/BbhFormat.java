package mhc.datasets;

import static mhc.datasets.Head.Shape.LIST;
import static mhc.datasets.Head.Shape.TEXT;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** BIG-Bench Hard (suzgunmirac/BIG-Bench-Hard): a JSON file and a chain-of-thought prompt file for each task. */
final class BbhFormat implements CorpusFormat {
    private static final String RULE = "-----";
    private static final Pattern NEXT_QUESTION = Pattern.compile("\\n\\s*\\n(?=Q: )");
    private static final String ANSWER = "\nA: ";

    @Override
    public Corpus corpus() {
        return Corpus.BBH;
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout(
                        "BBH task JSON",
                        "examples[input, target]",
                        true,
                        (head, part) -> head.form() == Head.Form.JSON && head.is("examples", LIST),
                        BbhFormat::taskFile),
                Layout.table(
                        "BBH rows",
                        "input, target",
                        (head, part) -> head.is("input", TEXT) && head.is("target", TEXT),
                        Set.of("input", "target", "task"),
                        (row, sink) -> add(row, sink)),
                new Layout(
                        "BBH chain-of-thought prompt",
                        "canary line, -----, description, then Q: and A: exemplars between blank lines",
                        false,
                        (head, part) -> head.form() == Head.Form.TEXT,
                        BbhFormat::promptFile));
    }

    private static void taskFile(Part part, ExampleSink sink) {
        String counter = "row " + task(part);
        Json.elements(part.file(), "examples", (fields, line) -> {
            int index = sink.next(counter);
            String where = "%s, line %d, example %d".formatted(part.file(), line, index + 1);
            add(new Row(where, index, part, "", fields), sink);
        });
    }

    private static void add(Row row, ExampleSink sink) {
        String task = row.textOr("task", task(row.part()));
        String id = sink.id(task, sink.next(task));
        sink.add(new Example.Bbh(id, task, row.text("input"), row.text("target")), row.where());
    }

    private static void promptFile(Part part, ExampleSink sink) {
        StringBuilder text = new StringBuilder();
        try (DataFile.Lines lines = new DataFile.Lines(part.file())) {
            String line = lines.next();
            while (line != null) {
                text.append(line).append('\n');
                line = lines.next();
            }
        }
        int rule = text.indexOf(RULE + "\n");
        String body = rule < 0 ? text.toString() : text.substring(rule + RULE.length() + 1);
        String[] blocks = NEXT_QUESTION.split(body.strip());
        String task = task(part);
        sink.describe(task, blocks[0].strip());
        for (int i = 1; i < blocks.length; i++) {
            exemplar(blocks[i], task, "%s, exemplar %d".formatted(part.file(), i), sink);
        }
        if (blocks.length == 1) {
            throw new InputException(
                    "%s: there is no exemplar (a blank line, then a line that begins with \"Q: \"); fetch the file again"
                            .formatted(part.file()));
        }
    }

    private static void exemplar(String block, String task, String where, ExampleSink sink) {
        int answer = block.indexOf(ANSWER);
        if (answer < 0 || block.substring(answer + ANSWER.length()).isBlank()) {
            throw new InputException(
                    "%s: there is no answer (a line that begins with \"A: \"); the file is cut short: fetch it again"
                            .formatted(where));
        }
        String input = block.substring("Q: ".length(), answer);
        String target = block.substring(answer + ANSWER.length()).stripTrailing();
        sink.add(new Example.Bbh(sink.id(task, sink.next(task)), task, input, target), where);
    }

    private static String task(Part part) {
        return part.task().isEmpty() ? part.file().name().replaceFirst("\\.[^.]*$", "") : part.task();
    }

    @Override
    public List<List<Place>> evaluation() {
        String file = "(?<task>[a-z_]+)\\.json(?:\\.gz)?";
        return List.of(
                List.of(Place.officialTree("test", "bbh/<task>.json", file, "bbh", "BIG-Bench-Hard/bbh")),
                List.of(Place.hubTree("test", "test")),
                List.of(new Place(
                        "<task>.jsonl",
                        "there is one table for each task",
                        "test",
                        List.of(""),
                        Pattern.compile("(?<task>[a-z_]+)\\.(?:jsonl|parquet|json)(?:\\.gz)?"),
                        true)));
    }

    @Override
    public List<List<Place>> pool(PoolKind kind) {
        return switch (kind) {
            case NONE, TRAIN -> List.of();
            case CHAIN_OF_THOUGHT ->
                List.of(List.of(Place.officialTree(
                        "cot",
                        "cot-prompts/<task>.txt",
                        "(?<task>[a-z_]+)\\.txt(?:\\.gz)?",
                        "cot-prompts",
                        "BIG-Bench-Hard/cot-prompts")));
        };
    }
}
