package mhc.model.decoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mhc.datasets.InputException;
import mhc.datasets.Reason;

/** Typed access to a JSON object of a checkpoint; problems are gathered and thrown together. */
public final class JsonFields {
    /** Refuses a key that stands twice: which of the two was meant nobody can tell. */
    public static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    // What messages call it.
    private final String name;
    private final String prefix;
    private final JsonNode object;
    private final List<String> problems;

    private JsonFields(String name, String prefix, JsonNode object, List<String> problems) {
        this.name = name;
        this.prefix = prefix;
        this.object = object;
        this.problems = problems;
    }

    public static JsonFields read(Path file) {
        return new JsonFields(file.toString(), "", object(file), new ArrayList<>());
    }

    /** Of an object that a program put together. */
    static JsonFields of(ObjectNode object) {
        return new JsonFields("a configuration", "", object, new ArrayList<>());
    }

    /** The object under a key, without fields when there is none; its problems are problems of this one. */
    JsonFields group(String key) {
        JsonNode node = node(key);
        if (!absent(key) && !node.isObject()) {
            problem(key + " is " + node + ", expected an object");
        }
        return new JsonFields(name, prefix + key + ".", node, problems);
    }

    /** The JSON object in {@code file}; absent, unreadable or anything else is an {@link InputException}. */
    public static JsonNode object(Path file) {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(file));
            if (node == null || !node.isObject()) {
                throw new InputException(file + " holds no JSON object: replace it by the one of the checkpoint.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file + " is not valid JSON (line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ": "
                            + Reason.firstLine(e.getOriginalMessage()) + "): replace it by the one of the checkpoint.",
                    e);
        } catch (IOException e) {
            throw new InputException(file + " cannot be read (" + e + "): check that it is there and readable.", e);
        }
    }

    public JsonNode node(String key) {
        return object.path(key);
    }

    void problem(String text) {
        problems.add(sentence(text));
    }

    /** A problem that makes the others of its file meaningless, to be thrown alone. */
    InputException wrong(String text) {
        return new InputException(sentence(text));
    }

    private String sentence(String text) {
        return name + ": " + prefix + text + ".";
    }

    public void throwIfWrong() {
        if (!problems.isEmpty()) {
            throw new InputException(String.join("\n", problems));
        }
    }

    public int positive(String key) {
        if (absent(key)) {
            problem(key + " is absent, expected a positive whole number");
            return 1;
        }
        return positive(key, 1);
    }

    int positive(String key, int otherwise) {
        if (absent(key)) {
            return otherwise;
        }
        JsonNode node = node(key);
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
            problem(key + " is " + node + ", expected a positive whole number");
            return 1;
        }
        return node.intValue();
    }

    /** A bound on a number that decides how much is laid out before any weight is seen. */
    void requireAtMost(String key, int value, int most) {
        if (value > most) {
            problem(key + " is " + value + ", expected at most " + most);
        }
    }

    void requireEven(String key, int value) {
        if (value % 2 != 0) {
            problem(key + " is " + value + ", expected an even number");
        }
    }

    int notNegative(String key, int otherwise) {
        JsonNode node = node(key);
        return node.isIntegralNumber() && node.canConvertToInt() && node.intValue() == 0 ? 0 : positive(key, otherwise);
    }

    double positiveNumber(String key) {
        if (absent(key)) {
            problem(key + " is absent, expected a positive number");
            return 1;
        }
        return positiveNumber(key, 1);
    }

    public double positiveNumber(String key, double otherwise) {
        return number(key, otherwise, Double.MIN_VALUE, "a positive number");
    }

    double notNegativeNumber(String key, double otherwise) {
        return number(key, otherwise, 0, "a number that is not negative");
    }

    private double number(String key, double otherwise, double least, String expected) {
        if (absent(key)) {
            return otherwise;
        }
        JsonNode node = node(key);
        if (!node.isNumber() || !(node.doubleValue() >= least) || Double.isInfinite(node.doubleValue())) {
            problem(key + " is " + node + ", expected " + expected);
            return otherwise;
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        if (absent(key)) {
            return otherwise;
        }
        if (!node(key).isBoolean()) {
            problem(key + " is " + node(key) + ", expected true or false");
        }
        return node(key).asBoolean(otherwise);
    }

    String choice(String key, String otherwise, String... supported) {
        if (absent(key)) {
            return otherwise;
        }
        String value = node(key).asText();
        if (!node(key).isTextual() || !Arrays.asList(supported).contains(value)) {
            problem(key + " is " + node(key) + ", supported: " + String.join(", ", supported));
            return otherwise;
        }
        return value;
    }

    /** A token id, a list of them, or none. */
    public List<Integer> tokens(String key) {
        List<Integer> ids = new ArrayList<>();
        if (!absent(key)) {
            Iterable<JsonNode> nodes = node(key).isArray() ? node(key) : List.of(node(key));
            for (JsonNode id : nodes) {
                if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                    problem(key + " is " + node(key) + ", expected token ids");
                    return List.of();
                }
                ids.add(id.intValue());
            }
        }
        return ids;
    }

    void refuse(String key, String reason) {
        if (!absent(key)) {
            problem(key + " is given: " + reason);
        }
    }

    public boolean absent(String key) {
        return node(key).isMissingNode() || node(key).isNull();
    }
}
