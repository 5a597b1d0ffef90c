package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.model.decoder.JsonFields;

/**
 * A {@code tokenizer.json} that a new checkpoint is to have.
 *
 * @param text of the file
 * @param from where it came from, for messages
 */
public record TokenizerJson(String text, String from) {
    private static final String BUNDLED = "curriculum-tokenizer.json";

    /** The byte-level BPE of 1024 entries that was made for the synthetic curriculum; {@code model/tools} says how. */
    public static TokenizerJson ofCurriculum() {
        try (InputStream in = TokenizerJson.class.getResourceAsStream(BUNDLED)) {
            return new TokenizerJson(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), "the curriculum's tokenizer");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws InputException when there is no such file or it is not JSON */
    public static TokenizerJson read(Path file) {
        JsonFields.object(file);
        try {
            return new TokenizerJson(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new InputException(file + " cannot be read (" + e + "): check that it is there and readable.", e);
        }
    }

    /**
     * Rows that an embedding needs: one more than the largest id.
     *
     * @throws InputException when there is no vocabulary in it
     */
    public int size() {
        JsonNode json = json();
        JsonNode vocabulary = json.path("model").path("vocab");
        int largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
        if (vocabulary.isObject()) {
            for (JsonNode id : vocabulary) {
                largest = Math.max(largest, id.asInt());
            }
        }
        for (JsonNode token : json.path("added_tokens")) {
            largest = Math.max(largest, token.path("id").asInt());
        }
        if (largest < 1) {
            throw new InputException(from + " holds no vocabulary: give a tokenizer.json with model.vocab.");
        }
        return largest + 1;
    }

    /**
     * The id of a special token.
     *
     * @throws InputException when there is none of that name
     */
    public int id(String token) {
        for (JsonNode added : json().path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return added.path("id").asInt();
            }
        }
        throw new InputException(from + " has no special token " + token
                + ": name the one that ends a text, or give another tokenizer.");
    }

    private JsonNode json() {
        try {
            return JsonFields.JSON.readTree(text);
        } catch (IOException e) {
            throw new InputException(from + " is not valid JSON: give a tokenizer.json.", e);
        }
    }
}
