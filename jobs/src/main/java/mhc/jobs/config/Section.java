package mhc.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/** One mapping of the document; remembers which keys were asked for, so that the others can be refused. */
final class Section {
    private final JsonNode node;
    private final String path;
    private final Problems problems;
    private final List<String> known = new ArrayList<>();

    Section(JsonNode node, String path, Problems problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
    }

    List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        known.addAll(names);
        return names;
    }

    Section section(String key) {
        JsonNode child = child(key);
        if (child != null && !child.isObject()) {
            problems.add("%s is %s: expected a mapping of keys to values", path + key, child);
            child = null;
        }
        return new Section(child == null ? JsonNodeFactory.instance.objectNode() : child, path + key + ".", problems);
    }

    void eachSection(BiConsumer<String, Section> action) {
        names().forEach(name -> action.accept(name, section(name)));
    }

    String text(String key, String otherwise) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        if (!child.isValueNode()) {
            problems.add("%s is %s: expected a single value", path + key, child);
            return otherwise;
        }
        return child.asText();
    }

    /** One of some names, which YAML may have read as a number: {@code 01} stands in a document as 1. */
    String name(String key, String otherwise, Collection<String> names) {
        JsonNode child = child(key);
        if (child == null || !child.isNumber()) {
            return text(key, otherwise);
        }
        List<String> meant = names.stream()
                .filter(name -> child.equals(Settings.scalar(name)))
                .toList();
        if (meant.size() > 1) {
            problems.add("%s may be any of %s: put the name in quotes", path + key, String.join(", ", meant));
        }
        return meant.isEmpty() ? child.asText() : meant.get(0);
    }

    String required(String key, String meaning) {
        String text = text(key, "");
        if (text.isBlank()) {
            problems.add("%s is missing: give %s", path + key, meaning);
        }
        return text;
    }

    String choice(String key, String otherwise, String... allowed) {
        String text = text(key, otherwise);
        if (!List.of(allowed).contains(text)) {
            problems.add("%s is %s: use %s", path + key, text, String.join(" or ", allowed));
        }
        return text;
    }

    List<String> texts(String key) {
        JsonNode child = child(key);
        List<String> texts = new ArrayList<>();
        if (child == null) {
            return texts;
        }
        if (!child.isArray()) {
            problems.add("%s is %s: expected a list, such as [piqa, gsm8k]", path + key, child);
            // Read on as if it were one: nothing else is wrong with it because of that.
            return List.of(child.asText());
        }
        child.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    /** Whether a key has a single text. */
    boolean isText(String key) {
        JsonNode child = child(key);
        return child != null && child.isTextual();
    }

    List<Integer> integers(String key, List<Integer> otherwise) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode element : child) {
            if (!element.isIntegralNumber() || !element.canConvertToInt()) {
                problems.add("%s holds %s: expected whole numbers", path + key, element);
                return otherwise;
            }
            numbers.add(element.asInt());
        }
        if (!child.isArray()) {
            problems.add("%s is %s: expected a list, such as [0, 1, 2, 3]", path + key, child);
            return otherwise;
        }
        return numbers;
    }

    int integer(String key, int otherwise, int least) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        if (!child.canConvertToInt() || !child.isIntegralNumber() || child.asInt() < least) {
            problems.add("%s is %s: expected a whole number of at least %d", path + key, child, least);
            return Math.max(otherwise, least);
        }
        return child.asInt();
    }

    /** A whole number of at least 1 that has to be given. */
    int count(String key, String meaning) {
        if (child(key) == null) {
            problems.add("%s is missing: give %s", path + key, meaning);
        }
        return integer(key, 1, 1);
    }

    double number(String key, double otherwise, double least) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        if (!child.isNumber() || !(child.asDouble() >= least) || Double.isInfinite(child.asDouble())) {
            problems.add("%s is %s: expected a number of at least %s", path + key, child, least);
            return otherwise;
        }
        return child.asDouble();
    }

    /** A number from 0 to 1. */
    double part(String key, double otherwise) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        if (!child.isNumber() || !(child.asDouble() >= 0 && child.asDouble() <= 1)) {
            problems.add("%s is %s: expected a number from 0 to 1, such as 0.005 for 0.5%%", path + key, child);
            return otherwise;
        }
        return child.asDouble();
    }

    /** A number above 0. */
    double positive(String key, double otherwise) {
        double value = number(key, otherwise, 0);
        if (value == 0) {
            problems.add("%s is 0: expected a number above 0", path + key);
        }
        return value;
    }

    /** A number above 0, at most 1. */
    double share(String key, double otherwise) {
        double value = positive(key, otherwise);
        if (value > 1) {
            problems.add("%s is %s: expected a number above 0 and at most 1", path + key, value);
        }
        return value;
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode child = child(key);
        if (child == null) {
            return otherwise;
        }
        if (!child.isBoolean()) {
            problems.add("%s is %s: use true or false", path + key, child);
            return otherwise;
        }
        return child.asBoolean();
    }

    void refuseOthers() {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problems.add("unknown key %s: the keys here are %s", path + name, String.join(", ", known));
            }
        });
    }

    private JsonNode child(String key) {
        known.add(key);
        JsonNode child = node.get(key);
        return child == null || child.isNull() ? null : child;
    }
}
