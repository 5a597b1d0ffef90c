package mhc.jobs.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.Documents;
import mhc.datasets.InputException;

/** Training documents as a file, one JSON text a line: what a tokenizer is trained on. */
final class DocumentFile {
    private static final ObjectMapper JSON = new JsonMapper();

    private DocumentFile() {}

    /** Writes the first {@code count} documents. */
    static void write(Path file, Documents documents, int count) {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int i = 0; i < count; i++) {
                writer.write(JSON.writeValueAsString(documents.document(i)));
                writer.write('\n');
            }
        } catch (IOException e) {
            throw new InputException(
                    "%s: the documents cannot be written there (%s); name a folder that can be written"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }
}
