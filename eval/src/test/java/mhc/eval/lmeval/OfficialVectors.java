package mhc.eval.lmeval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Invented inputs with what functions of lm-evaluation-harness 0.4.13 (sympy 1.14 below them) returned for them: one JSON
 * array a line, the result last.
 */
public final class OfficialVectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OfficialVectors() {}

    /** All lines of a resource beside {@code owner}. */
    public static List<JsonNode> of(Class<?> owner, String resource) {
        try (InputStream bytes = owner.getResourceAsStream(resource)) {
            List<JsonNode> vectors = new ArrayList<>();
            for (String line : new String(bytes.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                vectors.add(JSON.readTree(line));
            }
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The texts of an array. */
    public static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.textValue()));
        return texts;
    }
}
