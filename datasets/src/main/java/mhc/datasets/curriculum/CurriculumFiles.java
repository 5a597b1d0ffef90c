package mhc.datasets.curriculum;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * Writes the curriculum as a data root in the official layouts. Where a corpus draws its exemplars from a file of training
 * items, that file holds the pool first and training items after it.
 */
public final class CurriculumFiles {
    private static final ObjectMapper JSON = new JsonMapper();
    private static final int SHOTS_PER_TASK = 5;

    private final Path root;
    private final long seed;
    private final int items;

    private CurriculumFiles(Path root, long seed, int items) {
        this.root = root;
        this.seed = seed;
        this.items = items;
    }

    /**
     * Writes all eight corpora below a folder, which {@link mhc.datasets.Corpora} then loads without any override. The
     * same arguments give the same bytes.
     *
     * @param items test items of each corpus, and as many training items
     * @throws InputException when the folder cannot be written, or the curriculum has fewer different items
     */
    public static void write(Path root, long seed, int items) {
        CurriculumFiles files = new CurriculumFiles(root, seed, items);
        try {
            for (Corpus corpus : Corpus.values()) {
                files.write(corpus);
            }
        } catch (IOException e) {
            throw new InputException(
                    "%s: the curriculum cannot be written there (%s); name a folder that can be written"
                            .formatted(root, e.getMessage()),
                    e);
        }
    }

    private void write(Corpus corpus) throws IOException {
        List<Item> test = Curriculum.distinct(corpus, Division.TEST, seed, items);
        List<Item> pool = Curriculum.distinct(
                corpus,
                Division.POOL,
                seed,
                Math.max(12, SHOTS_PER_TASK * Curriculum.tasks(corpus).size()));
        List<Item> train = Curriculum.distinct(corpus, Division.TRAIN, seed, items);
        List<Item> shown = Stream.concat(pool.stream(), train.stream()).toList();
        switch (corpus) {
            case BBH -> bbh(test, pool);
            case DROP -> {
                file("drop/drop_dataset_dev.json", drop(test));
                file("drop/drop_dataset_train.json", drop(shown));
            }
            case GSM8K -> {
                file("gsm8k/test.jsonl", lines(test, CurriculumFiles::gsm8k));
                file("gsm8k/train.jsonl", lines(train, CurriculumFiles::gsm8k));
                file("gsm8k/cot_8shot.jsonl", lines(pool.subList(0, 8), CurriculumFiles::gsm8kExemplar));
            }
            case HELLASWAG -> {
                file("hellaswag/hellaswag_val.jsonl", lines(test, CurriculumFiles::hellaSwag));
                file("hellaswag/hellaswag_train.jsonl", lines(shown, CurriculumFiles::hellaSwag));
            }
            case MATH -> {
                math("test", test);
                math("train", train);
                file("math/minerva_4shot.jsonl", lines(pool.subList(0, 4), CurriculumFiles::mathExemplar));
            }
            case MMLU -> {
                mmlu("test", test);
                mmlu("dev", pool);
            }
            case PIQA -> {
                piqa("valid", test);
                piqa("train", shown);
            }
            case TRIVIAQA -> {
                file("triviaqa/triviaqa-unfiltered/unfiltered-web-dev.json", triviaQa(test));
                file("triviaqa/triviaqa-unfiltered/unfiltered-web-train.json", triviaQa(shown));
            }
        }
    }

    private void bbh(List<Item> test, List<Item> pool) throws IOException {
        for (Map.Entry<String, List<Item>> task : byTask(test).entrySet()) {
            ObjectNode file = JSON.createObjectNode();
            for (Item item : task.getValue()) {
                Example.Bbh example = (Example.Bbh) item.asked();
                file.withArray("examples")
                        .addObject()
                        .put("input", example.input())
                        .put("target", example.target());
            }
            file("bbh/bbh/%s.json".formatted(task.getKey()), document(file));
        }
        for (Map.Entry<String, List<Item>> task : byTask(pool).entrySet()) {
            StringBuilder text = new StringBuilder("Self-written, part of no benchmark.\n-----\n")
                    .append(Curriculum.description(Corpus.BBH, task.getKey()))
                    .append('\n');
            for (Item item : task.getValue()) {
                Example.Bbh example = (Example.Bbh) item.shown();
                text.append("\nQ: %s\nA: %s\n".formatted(example.input(), example.target()));
            }
            file("bbh/cot-prompts/%s.txt".formatted(task.getKey()), text.toString());
        }
    }

    private static String drop(List<Item> items) {
        ObjectNode file = JSON.createObjectNode();
        for (int i = 0; i < items.size(); i++) {
            Example.Drop example = (Example.Drop) items.get(i).asked();
            Example.DropAnswer answer = example.answers().get(0);
            ObjectNode passage = file.putObject("market_" + i).put("passage", example.passage());
            ObjectNode question = passage.withArray("qa_pairs").addObject().put("question", example.question());
            ObjectNode typed = question.putObject("answer");
            boolean number = answer.kind() == Example.DropAnswer.Kind.NUMBER;
            typed.put("number", number ? answer.spans().get(0) : "");
            typed.putObject("date").put("day", "").put("month", "").put("year", "");
            typed.putArray("spans");
            if (!number) {
                answer.spans().forEach(typed.withArray("spans")::add);
            }
            question.put("query_id", "q" + i).putArray("validated_answers");
        }
        return document(file);
    }

    private static ObjectNode gsm8k(Item item) {
        Example.Gsm8k example = (Example.Gsm8k) item.asked();
        return JSON.createObjectNode().put("question", example.question()).put("answer", example.answer());
    }

    /** Steps without calculator marks, ended by the sentence of the hand-written exemplars. */
    private static ObjectNode gsm8kExemplar(Item item) {
        Example.Gsm8k example = (Example.Gsm8k) item.asked();
        String[] parts = example.answer().split("\n#### ");
        String target = "%s The answer is %s.".formatted(parts[0].replaceAll("<<[^<>]*>>", ""), parts[1]);
        return JSON.createObjectNode().put("question", example.question()).put("target", target);
    }

    private static ObjectNode hellaSwag(Item item) {
        Example.HellaSwag example = (Example.HellaSwag) item.asked();
        ObjectNode row = JSON.createObjectNode()
                .put("activity_label", example.activity())
                .put("ctx_a", example.contextA())
                .put("ctx_b", example.contextB())
                .put("label", example.gold());
        example.endings().forEach(row.withArray("endings")::add);
        return row;
    }

    private void math(String split, List<Item> items) throws IOException {
        for (int i = 0; i < items.size(); i++) {
            Example.MathProblem example = (Example.MathProblem) items.get(i).asked();
            ObjectNode file = JSON.createObjectNode()
                    .put("problem", example.problem())
                    .put("level", example.level())
                    .put("type", Words.capital(example.task().replace('_', ' ')))
                    .put("solution", example.solution());
            file("math/MATH/%s/%s/%d.json".formatted(split, example.task(), i), document(file));
        }
    }

    private static ObjectNode mathExemplar(Item item) {
        Example.MathProblem example = (Example.MathProblem) item.asked();
        String answer = example.solution().replaceFirst("(?s).*\\\\boxed\\{(\\d+)\\}.*", "$1");
        return JSON.createObjectNode()
                .put("problem", example.problem())
                .put(
                        "solution",
                        "%s\nFinal Answer: The final answer is $%s$. I hope it is correct."
                                .formatted(example.solution(), answer));
    }

    private void mmlu(String split, List<Item> items) throws IOException {
        for (Map.Entry<String, List<Item>> subject : byTask(items).entrySet()) {
            StringWriter text = new StringWriter();
            try (CSVPrinter csv = new CSVPrinter(
                    text, CSVFormat.RFC4180.builder().setRecordSeparator("\n").get())) {
                for (Item item : subject.getValue()) {
                    Example.Mmlu example = (Example.Mmlu) item.asked();
                    List<String> row = new ArrayList<>();
                    row.add(example.question());
                    row.addAll(example.choices());
                    row.add(String.valueOf((char) ('A' + example.gold())));
                    csv.printRecord(row);
                }
            }
            file("mmlu/%s/%s_%1$s.csv".formatted(split, subject.getKey()), text.toString());
        }
    }

    private void piqa(String split, List<Item> items) throws IOException {
        file("piqa/%s.jsonl".formatted(split), lines(items, item -> {
            Example.Piqa example = (Example.Piqa) item.asked();
            return JSON.createObjectNode()
                    .put("goal", example.goal())
                    .put("sol1", example.solutions().get(0))
                    .put("sol2", example.solutions().get(1));
        }));
        file(
                "piqa/%s-labels.lst".formatted(split),
                items.stream()
                        .map(item -> ((Example.Piqa) item.asked()).gold() + "\n")
                        .collect(Collectors.joining()));
    }

    private static String triviaQa(List<Item> items) {
        ObjectNode file = JSON.createObjectNode();
        for (int i = 0; i < items.size(); i++) {
            Example.TriviaQa example = (Example.TriviaQa) items.get(i).asked();
            ObjectNode row = file.withArray("Data").addObject();
            ObjectNode answer = row.putObject("Answer");
            example.aliases().forEach(answer.withArray("Aliases")::add);
            answer.put("Value", example.value());
            row.put("Question", example.question()).put("QuestionId", "fact_" + i);
        }
        return document(file);
    }

    private static Map<String, List<Item>> byTask(List<Item> items) {
        return items.stream()
                .collect(Collectors.groupingBy(item -> item.asked().task(), LinkedHashMap::new, Collectors.toList()));
    }

    private static String lines(List<Item> items, Function<Item, ObjectNode> row) {
        return items.stream().map(item -> row.apply(item) + "\n").collect(Collectors.joining());
    }

    private static String document(ObjectNode file) {
        try {
            // Not the pretty printer: its line ends are those of the machine.
            return JSON.writeValueAsString(file) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of text always has a JSON form", e);
        }
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }
}
