package mhc.datasets;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the beginning of a file tells about its layout. Only the first row is looked at, and of a large JSON document only
 * its first fields, so that a peek costs next to nothing.
 *
 * @param form how the bytes are organised
 * @param fields of the first row or document: name to shape, in file order; empty for text
 * @param inner names inside the first field's value when that is an object (a DROP document: passage, qa_pairs)
 * @param document whether the first JSON object reaches over several lines, as it never does in a JSON Lines file
 */
record Head(Form form, Map<String, Shape> fields, Set<String> inner, boolean document) {
    private static final int PEEK_CHARS = 1 << 20;

    /** An opening brace and a quoted name with its colon (unless cut off), or the closing brace: no CSV begins so. */
    private static final Pattern JSON_OBJECT =
            Pattern.compile("\\s*\\{\\s*(?:\"(?:[^\"\\\\]|\\\\.)*+(?:\"\\s*(?::|\\z)|\\z)|\\}|\\z)");

    enum Form {
        PARQUET,
        JSON,
        TEXT
    }

    /** Coarse type of a field. */
    enum Shape {
        TEXT,
        NUMBER,
        LIST,
        OBJECT,
        OTHER
    }

    static Head of(DataFile file) {
        if (file.isParquet()) {
            return new Head(Form.PARQUET, ParquetRows.fields(file), Set.of(), false);
        }
        String start = start(file);
        if (start.isBlank()) {
            throw new InputException("%s: the file is empty; fetch it again".formatted(file));
        }
        return JSON_OBJECT.matcher(start).lookingAt() ? json(start) : new Head(Form.TEXT, Map.of(), Set.of(), true);
    }

    /** What can be read of the beginning: where a cut or damaged file breaks off, reading it will tell with the line. */
    private static String start(DataFile file) {
        StringBuilder start = new StringBuilder();
        try (BufferedReader reader = file.reader()) {
            char[] buffer = new char[1 << 13];
            int read = reader.read(buffer);
            while (read >= 0 && start.length() < PEEK_CHARS) {
                start.append(buffer, 0, read);
                read = reader.read(buffer);
            }
        } catch (IOException e) {
            if (start.isEmpty()) {
                throw file.unreadable(e, 0);
            }
        }
        return start.toString();
    }

    /** Has these fields, whatever their types. */
    boolean has(String... names) {
        return fields.keySet().containsAll(Set.of(names));
    }

    boolean is(String name, Shape shape) {
        return fields.get(name) == shape;
    }

    /** For messages about an unknown layout. */
    String described() {
        return switch (form) {
            case TEXT -> "plain text";
            case JSON -> fields.isEmpty() ? "JSON without a field" : "JSON with the fields " + shortened();
            case PARQUET -> "Parquet with the columns " + shortened();
        };
    }

    private String shortened() {
        String names = fields.keySet().stream().limit(12).collect(Collectors.joining(", "));
        return fields.size() > 12 ? names + ", ..." : names;
    }

    /** A file that ends or breaks inside its first row still has a head: reading it will name the line. */
    private static Head json(String start) {
        Map<String, Shape> fields = new LinkedHashMap<>();
        Set<String> inner = new TreeSet<>();
        try (JsonParser parser = Json.parser(new StringReader(start))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                fields.put(name, shape(value));
                if (value == JsonToken.START_OBJECT && fields.size() == 1) {
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        inner.add(parser.currentName());
                        parser.nextToken();
                        parser.skipChildren();
                    }
                } else {
                    parser.skipChildren();
                }
            }
        } catch (JsonProcessingException cutOrBroken) {
            return new Head(Form.JSON, fields, inner, isDocument(start));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Head(Form.JSON, fields, inner, isDocument(start));
    }

    /** Every line of a JSON Lines file opens an object of its own; the second line of a document does not. */
    private static boolean isDocument(String start) {
        List<String> two =
                start.lines().filter(line -> !line.isBlank()).limit(2).toList();
        return two.size() == 2 && !two.get(1).stripLeading().startsWith("{");
    }

    private static Shape shape(JsonToken value) {
        if (value == null) {
            return Shape.OTHER;
        }
        return switch (value) {
            case VALUE_STRING -> Shape.TEXT;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Shape.NUMBER;
            case START_ARRAY -> Shape.LIST;
            case START_OBJECT -> Shape.OBJECT;
            default -> Shape.OTHER;
        };
    }
}
