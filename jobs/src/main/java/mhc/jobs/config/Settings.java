package mhc.jobs.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.datasets.Reason;

/** The raw settings of a run: a YAML document and what flags lay over it. */
public final class Settings {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ObjectNode root;

    private Settings(ObjectNode root) {
        this.root = root;
    }

    public static Settings empty() {
        return new Settings(YAML.createObjectNode());
    }

    /** @throws InputException when the file is missing, unreadable or not a YAML mapping; names the line */
    public static Settings read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InputException(
                    "Configuration " + file + " does not exist: give the path of a YAML file to --config", e);
        } catch (IOException e) {
            throw new InputException(
                    "Configuration " + file + " cannot be read (" + e.getMessage() + "): it must be a UTF-8 YAML file",
                    e);
        }
        return of(text, "Configuration " + file);
    }

    /** Settings of a YAML text. */
    public static Settings parse(String yaml) {
        return of(yaml, "The configuration");
    }

    private static Settings of(String yaml, String what) {
        if (!(parse(yaml, what) instanceof ObjectNode object)) {
            throw new InputException(what + " is not a mapping of keys to values: see docs/configuration.md");
        }
        return new Settings(object);
    }

    JsonNode root() {
        return root;
    }

    /** The same settings, to be changed without changing these. */
    Settings copy() {
        return new Settings(root.deepCopy());
    }

    void remove(String key) {
        root.remove(key);
    }

    /** Lays a mapping over the document: its values take the place of those under the same keys, at any depth. */
    void layOver(JsonNode mapping) {
        layOver(root, mapping);
    }

    private static void layOver(ObjectNode below, JsonNode above) {
        above.properties().forEach(field -> {
            if (below.get(field.getKey()) instanceof ObjectNode inner
                    && field.getValue().isObject()) {
                layOver(inner, field.getValue());
            } else {
                below.set(field.getKey(), field.getValue().deepCopy());
            }
        });
    }

    /** A text that {@link #parse(String)} reads as these settings. */
    String text() {
        return root.toString();
    }

    /** Lays {@code value} (text of a flag, kept as text) over a dotted key such as {@code inference.device}. */
    public void put(String key, String value) {
        parentOf(key).put(lastPart(key), value);
    }

    /** Lays a list of texts over a key. */
    public void put(String key, Iterable<String> values) {
        ArrayNode list = parentOf(key).putArray(lastPart(key));
        values.forEach(list::add);
    }

    /** Lays a whole number over a key. */
    public void put(String key, int value) {
        parentOf(key).put(lastPart(key), value);
    }

    /** Lays a number over a key. */
    public void put(String key, double value) {
        parentOf(key).put(lastPart(key), value);
    }

    /** Replaces the models, in order. */
    public void replaceModels(Map<String, String> models) {
        ObjectNode node = root.putObject("models");
        models.forEach(node::put);
    }

    /**
     * Lays {@code key=value} of a {@code --set} flag over the document; the value is YAML, so numbers, booleans and
     * lists such as {@code [piqa, mmlu]} work.
     *
     * <p>Keys are dotted; a model's name may itself hold dots: everything after {@code models.} is the name.
     */
    public void assign(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new InputException("--set " + assignment + " is not key=value, such as --set inference.threads=2");
        }
        String key = assignment.substring(0, equals);
        JsonNode value = parse(assignment.substring(equals + 1), "The value of --set " + key);
        parentOf(key).set(lastPart(key), value);
    }

    /** What YAML takes a name for that stands without quotes. */
    static JsonNode scalar(String name) {
        return parse(name, "The name " + name);
    }

    private ObjectNode parentOf(String key) {
        ObjectNode node = root;
        String[] parts = parts(key);
        for (int i = 0; i < parts.length - 1; i++) {
            JsonNode child = node.get(parts[i]);
            if (child != null && !child.isObject() && !child.isNull()) {
                throw new InputException(
                        "Key " + key + " cannot be set: " + parts[i] + " is a single value in the configuration");
            }
            node = child instanceof ObjectNode object ? object : node.putObject(parts[i]);
        }
        return node;
    }

    private static String lastPart(String key) {
        String[] parts = parts(key);
        return parts[parts.length - 1];
    }

    private static String[] parts(String key) {
        return key.startsWith("models.") ? key.split("\\.", 2) : key.split("\\.");
    }

    private static JsonNode parse(String text, String what) {
        try {
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            String problem = Reason.firstLine(e.getOriginalMessage());
            throw new InputException(what + " is not valid YAML" + where + " (" + problem + "): correct it there", e);
        }
    }
}
