package mhc.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import mhc.datasets.Example.DropAnswer;

/**
 * Typed DROP answers. An answer object has the fields number, spans and date; as in the official scorer
 * (allennlp-models@b1f37224, {@code answer_json_to_strings}) the first of them, in this order, that is not blank counts.
 */
final class DropAnswers {
    private DropAnswers() {}

    /** Of the official JSON: {@code validated_answers} is a list of answer objects. */
    static List<DropAnswer> ofDocument(Row question) {
        List<DropAnswer> answers = new ArrayList<>();
        answers.add(answer(question.object("answer")));
        if (question.has("validated_answers")) {
            question.objects("validated_answers").forEach(row -> answers.add(answer(row)));
        }
        return answers;
    }

    /** Of the hub's table: {@code validated_answers} is an object of equally long lists. */
    static List<DropAnswer> ofRow(Row row) {
        JsonNode validated = row.fields().path("validated_answers");
        if (validated.isArray()) {
            return ofDocument(row);
        }
        List<DropAnswer> answers = new ArrayList<>();
        answers.add(answer(row.object("answer")));
        if (row.has("validated_answers")) {
            transpose(row.object("validated_answers")).forEach(each -> answers.add(answer(each)));
        }
        return answers;
    }

    private static List<Row> transpose(Row lists) {
        List<Row> rows = new ArrayList<>();
        int count = lists.fields().path("number").size();
        for (String field : List.of("number", "date", "spans")) {
            JsonNode list = lists.fields().path(field);
            if (!list.isArray() || list.size() != count) {
                throw lists.wrong(field, "a list as long as those beside it (number, date, spans)");
            }
        }
        for (int i = 0; i < count; i++) {
            ObjectNode answer = lists.fields().objectNode();
            for (String field : List.of("number", "date", "spans")) {
                answer.set(field, lists.fields().get(field).get(i));
            }
            rows.add(new Row(
                    lists.where(), lists.index(), lists.part(), "%s[%d].".formatted(lists.prefix(), i), answer));
        }
        return rows;
    }

    private static DropAnswer answer(Row answer) {
        if (!answer.has("number") && !answer.has("spans") && !answer.has("date")) {
            throw answer.wrong("number", "a number as text, beside spans and date");
        }
        String number = answer.has("number") ? answer.textOrNumber("number") : "";
        if (!number.isEmpty()) {
            return new DropAnswer(DropAnswer.Kind.NUMBER, List.of(number));
        }
        List<String> spans = answer.has("spans") ? answer.texts("spans") : List.of();
        if (!spans.isEmpty()) {
            return new DropAnswer(DropAnswer.Kind.SPANS, spans);
        }
        return new DropAnswer(DropAnswer.Kind.DATE, List.of(answer.has("date") ? date(answer.object("date")) : ""));
    }

    /** Day, month, year with blanks between, as lm-evaluation-harness joins them; the scorer squeezes blanks anyway. */
    private static String date(Row date) {
        return String.join(" ", part(date, "day"), part(date, "month"), part(date, "year"))
                .strip();
    }

    private static String part(Row date, String field) {
        return date.has(field) ? date.textOrNumber(field) : "";
    }
}
