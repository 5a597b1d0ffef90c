package mhc.datasets;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.function.BiConsumer;

/** JSON text into {@link Row}s. Large documents are streamed: one element in memory at a time. */
final class Json {
    private static final ObjectMapper MAPPER = new JsonMapper();
    private static final ObjectReader WHOLE_LINE = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    static JsonParser parser(Reader reader) throws IOException {
        return MAPPER.createParser(reader);
    }

    /** One line of a JSON Lines file. */
    static ObjectNode line(String line, String where) {
        try {
            if (WHOLE_LINE.readTree(line) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new InputException(
                    "%s: this is not one whole JSON object (%s); the line is cut short or damaged: fetch the file again"
                            .formatted(where, reason(e)),
                    e);
        }
        throw new InputException("%s: this is not a JSON object; fetch the file again".formatted(where));
    }

    /** A file that holds one object over several lines. */
    static ObjectNode document(DataFile file) {
        ObjectNode[] found = new ObjectNode[1];
        stream(file, parser -> {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw new InputException("%s: this is not a JSON object; fetch the file again".formatted(file));
            }
            found[0] = element(parser);
        });
        return found[0];
    }

    /** The members of the top-level object: name and value, with the line the value starts on. */
    static void members(DataFile file, Members members) {
        stream(file, parser -> {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                long line = parser.currentLocation().getLineNr();
                members.accept(name, parser.readValueAsTree(), line);
            }
        });
    }

    /** The objects in the list that a field of the top-level object holds, each with the line it starts on. */
    static void elements(DataFile file, String field, BiConsumer<ObjectNode, Long> elements) {
        boolean[] seen = new boolean[1];
        stream(file, parser -> {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals(field);
                JsonToken value = parser.nextToken();
                if (!wanted) {
                    parser.skipChildren();
                    continue;
                }
                if (value != JsonToken.START_ARRAY) {
                    throw new InputException(
                            "%s: field '%s' must be a list; fetch the file again".formatted(file, field));
                }
                seen[0] = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    long line = parser.currentLocation().getLineNr();
                    if (parser.currentToken() != JsonToken.START_OBJECT) {
                        throw new InputException(
                                "%s, line %d: field '%s' must be a list of objects; fetch the file again"
                                        .formatted(file, line, field));
                    }
                    elements.accept(element(parser), line);
                }
            }
        });
        if (!seen[0]) {
            throw new InputException("%s: field '%s' is missing; fetch the file again".formatted(file, field));
        }
    }

    private static ObjectNode element(JsonParser parser) throws IOException {
        return parser.readValueAsTree();
    }

    /** Runs the body on the parser at the first token, then reads on to the end, so that a cut file is always noticed. */
    private static void stream(DataFile file, Body body) {
        try (BufferedReader reader = file.reader();
                JsonParser parser = parser(reader)) {
            readToTheEnd(file, parser, body);
        } catch (IOException e) {
            throw file.unreadable(e, 0);
        }
    }

    private static void readToTheEnd(DataFile file, JsonParser parser, Body body) {
        try {
            parser.nextToken();
            body.read(parser);
            while (parser.nextToken() != null) {
                if (parser.currentToken() != JsonToken.END_OBJECT) {
                    throw new InputException("%s, line %d: there is more after the JSON object; fetch the file again"
                            .formatted(file, parser.currentLocation().getLineNr()));
                }
            }
        } catch (JsonProcessingException e) {
            long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new InputException(
                    "%s, line %d: the JSON breaks off or is damaged here (%s); fetch the file again"
                            .formatted(file, line, reason(e)),
                    e);
        } catch (IOException e) {
            throw file.unreadable(e, parser.currentLocation().getLineNr());
        }
    }

    /** The parser's reason on one line, without its hints about our own settings. */
    private static String reason(JsonProcessingException e) {
        String reason = Reason.firstLine(e.getOriginalMessage());
        int hint = reason.indexOf(" (start marker");
        return hint < 0 ? reason : reason.substring(0, hint);
    }

    /** Receives the members of a document. */
    interface Members {
        void accept(String name, JsonNode value, long line);
    }

    private interface Body {
        void read(JsonParser parser) throws IOException;
    }
}
