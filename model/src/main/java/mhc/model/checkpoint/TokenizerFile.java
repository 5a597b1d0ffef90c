package mhc.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.OptionalInt;
import mhc.datasets.InputException;
import mhc.model.decoder.JsonFields;

/** What a {@code tokenizer.json} says without being loaded. */
public final class TokenizerFile {
    private TokenizerFile() {}

    /**
     * Rows that an embedding needs: one more than the largest id.
     *
     * @throws InputException when the file is no {@code tokenizer.json} of a known layout
     */
    public static int size(Path file) {
        JsonNode json = JsonFields.object(file);
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
            throw new InputException(file + " holds no vocabulary: give a tokenizer.json with model.vocab.");
        }
        return largest + 1;
    }

    /** The id of a special token. */
    public static OptionalInt id(Path file, String token) {
        for (JsonNode added : JsonFields.object(file).path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return OptionalInt.of(added.path("id").asInt());
            }
        }
        return OptionalInt.empty();
    }
}
