package mhc.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One record of a JSON or Parquet file with typed access: a field that is missing or of another type is an
 * {@link InputException} that names file, line and field.
 *
 * @param where file and line, for messages
 * @param index zero-based number among the rows of its file (over all shards of a sharded file)
 * @param part the file it came from
 * @param prefix path of this object inside its row, such as {@code "answer."}, or {@code ""}
 */
record Row(String where, int index, Part part, String prefix, ObjectNode fields) {

    boolean has(String field) {
        JsonNode value = fields.get(field);
        return value != null && !value.isNull();
    }

    String text(String field) {
        JsonNode value = fields.get(field);
        if (value == null || !value.isTextual()) {
            throw wrong(field, "a text");
        }
        return value.textValue();
    }

    String textOr(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    /** A text, or a number written as its text (some copies turn "5" into 5). */
    String textOrNumber(String field) {
        JsonNode value = fields.get(field);
        if (value == null || !(value.isTextual() || value.isNumber())) {
            throw wrong(field, "a text or a number");
        }
        return value.asText();
    }

    List<String> texts(String field) {
        return texts(fields.get(field), field);
    }

    /** A list of lists of texts. */
    List<List<String>> textLists(String field) {
        JsonNode value = fields.get(field);
        if (value == null || !value.isArray()) {
            throw wrong(field, "a list of lists of texts");
        }
        List<List<String>> lists = new ArrayList<>();
        for (JsonNode inner : value) {
            lists.add(texts(inner, field));
        }
        return lists;
    }

    private List<String> texts(JsonNode value, String field) {
        if (value == null || !value.isArray()) {
            throw wrong(field, "a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw wrong(field, "a list of texts");
            }
            texts.add(element.textValue());
        }
        return texts;
    }

    /** A whole number in {@code 0 .. count - 1}, or the same as a text; a hub copy without labels has "" or -1 there. */
    int choice(String field, int count) {
        JsonNode value = fields.get(field);
        String digits = value == null ? "" : value.asText().strip();
        boolean whole = value != null && (value.isIntegralNumber() || value.isTextual());
        if (whole && digits.length() == 1 && digits.charAt(0) >= '0' && digits.charAt(0) < '0' + count) {
            return digits.charAt(0) - '0';
        }
        String remedy = whole && (digits.isEmpty() || digits.equals("-1"))
                ? "this is a split whose labels are not published: take another one"
                : "correct it or fetch the file again";
        throw new InputException("%s: field '%s%s' must be a whole number from 0 to %d, but is %s; %s"
                .formatted(where, prefix, field, count - 1, described(value), remedy));
    }

    /** The object in a field, as a row of its own. */
    Row object(String field) {
        if (!(fields.get(field) instanceof ObjectNode object)) {
            throw wrong(field, "an object");
        }
        return new Row(where, index, part, prefix + field + ".", object);
    }

    /** The objects in a list, each as a row of its own. */
    List<Row> objects(String field) {
        JsonNode value = fields.get(field);
        if (value == null || !value.isArray()) {
            throw wrong(field, "a list of objects");
        }
        List<Row> rows = new ArrayList<>();
        for (JsonNode element : value) {
            if (!(element instanceof ObjectNode object)) {
                throw wrong(field, "a list of objects");
            }
            rows.add(new Row(where, index, part, "%s%s[%d].".formatted(prefix, field, rows.size()), object));
        }
        return rows;
    }

    InputException wrong(String field, String wanted) {
        return new InputException("%s: field '%s%s' must be %s, but is %s; correct it or fetch the file again"
                .formatted(where, prefix, field, wanted, described(fields.get(field))));
    }

    private static String described(JsonNode value) {
        if (value == null || value.isMissingNode()) {
            return "missing";
        }
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }
}
