package mhc.eval.lmeval.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.MetricName;
import mhc.eval.Request;
import mhc.eval.lmeval.LmEval;

/**
 * A task by lm-eval's name, and the reading of its documents.
 *
 * @param name such as {@code mmlu_abstract_algebra}
 * @param subtask this project's name of the sub-task, such as {@code abstract_algebra}, or the empty string
 */
record RecordedTask(String name, Benchmark benchmark, String subtask) {
    private static final Map<String, String> GROUPS =
            Map.of("bbh_cot_fewshot_", "bbh", "minerva_math_", "math", "mmlu_", "mmlu");

    /** @throws InputException when this protocol has no such task */
    static RecordedTask of(String name) {
        for (Map.Entry<String, String> group : GROUPS.entrySet()) {
            if (name.startsWith(group.getKey())) {
                return new RecordedTask(
                        name,
                        benchmark(group.getValue(), name),
                        name.substring(group.getKey().length()));
            }
        }
        return new RecordedTask(name, benchmark(name, name), "");
    }

    private static Benchmark benchmark(String name, String task) {
        return LmEval.protocol().benchmarks().stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException("The lm-eval protocol has no task " + task
                        + ": leave its recording out; there are bbh_cot_fewshot_*, drop, gsm8k, gsm8k_cot, hellaswag, "
                        + "minerva_math_*, mmlu_*, piqa and triviaqa"));
    }

    JsonNode required(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            throw new InputException("a document of %s lacks \"%s\": record it with all fields".formatted(name, field));
        }
        return value;
    }

    private String text(JsonNode node, String field) {
        return required(node, field).asText();
    }

    private int integer(JsonNode node, String field) {
        return required(node, field).asInt();
    }

    private List<String> texts(JsonNode node, String field) {
        return texts(required(node, field));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    /** The document as an example of its corpus. */
    Example example(JsonNode doc, int place) {
        String id = "%s/recorded/%s/%d".formatted(benchmark.corpus().key(), name, place);
        return switch (benchmark.corpus()) {
            case BBH -> new Example.Bbh(id, subtask, text(doc, "input"), text(doc, "target"));
            case DROP -> new Example.Drop(id, id, text(doc, "passage"), text(doc, "question"), dropAnswers(doc));
            case GSM8K -> new Example.Gsm8k(id, text(doc, "question"), text(doc, "answer"));
            case HELLASWAG ->
                new Example.HellaSwag(
                        id,
                        text(doc, "activity_label"),
                        text(doc, "ctx_a"),
                        text(doc, "ctx_b"),
                        texts(doc, "endings"),
                        integer(doc, "label"),
                        "");
            case MATH ->
                new Example.MathProblem(
                        id,
                        subject(doc.path("type").asText("")),
                        doc.path("level").asText(""),
                        text(doc, "problem"),
                        text(doc, "solution"));
            case MMLU ->
                new Example.Mmlu(id, subtask, text(doc, "question"), texts(doc, "choices"), integer(doc, "answer"));
            case PIQA ->
                new Example.Piqa(
                        id, text(doc, "goal"), List.of(text(doc, "sol1"), text(doc, "sol2")), integer(doc, "label"));
            case TRIVIAQA ->
                new Example.TriviaQa(
                        id,
                        text(doc, "question"),
                        doc.path("answer").path("value").asText(""),
                        texts(required(doc, "answer"), "aliases"));
        };
    }

    /** A run may mix subjects in one file: the document's own type counts. */
    private String subject(String type) {
        return type.isEmpty()
                ? subtask
                : type.toLowerCase(Locale.ROOT).replace("&", "and").replace(' ', '_');
    }

    private List<Example.DropAnswer> dropAnswers(JsonNode doc) {
        List<Example.DropAnswer> answers = new ArrayList<>();
        required(doc, "answers")
                .forEach(spans -> answers.add(new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, texts(spans))));
        return answers;
    }

    /** What was asked: generation settings stand beside the context, or each continuation beside a copy of it. */
    Request request(JsonNode arguments) {
        if (arguments.isEmpty()) {
            throw new InputException("a document of " + name + " has no arguments: record it with all fields");
        }
        String context = arguments.get(0).path(0).asText();
        JsonNode settings = arguments.get(0).path(1);
        if (settings.isObject()) {
            int limit = settings.path("max_gen_toks").asInt(LmEval.DEFAULT_MAX_TOKENS);
            return new Request.Generate(context, texts(settings.path("until")), limit);
        }
        List<String> continuations = new ArrayList<>();
        arguments.forEach(argument -> continuations.add(argument.path(1).asText()));
        return new Request.Choice(context, continuations);
    }

    /** What was answered: a text, or a log-likelihood and a greedy flag for each continuation. */
    Answer answer(JsonNode responses) {
        if (responses.path(0).path(0).isTextual()) {
            return new Answer.Text(responses.get(0).get(0).asText(), Answer.Stop.STOP_STRING, Answer.Usage.NONE);
        }
        List<Answer.Score> scores = new ArrayList<>();
        for (JsonNode response : responses) {
            JsonNode pair = response.path(0);
            if (!pair.path(0).isNumber()) {
                throw new InputException(
                        "a response of %s is neither text nor log-likelihood: %s".formatted(name, response.toString()));
            }
            // Tokens were not recorded.
            scores.add(
                    new Answer.Score(pair.get(0).asDouble(), 0, 0, pair.path(1).asBoolean()));
        }
        return new Answer.Scores(scores, Answer.Usage.NONE);
    }

    /** The extracted answer by its filter; empty where nothing was extracted. */
    Map<String, String> filtered(JsonNode row) {
        String filter = text(row, "filter");
        JsonNode response = required(row, "filtered_resps").path(0);
        return filter.equals(MetricName.NO_FILTER) || !response.isTextual()
                ? Map.of()
                : Map.of(filter, response.asText());
    }
}
