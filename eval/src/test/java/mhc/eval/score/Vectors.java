package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import mhc.datasets.testing.SharedInputs;

/** Recorded inputs and outputs of the official scorers, one JSON object a line. */
final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Vectors() {}

    /** All vectors of {@code data/golden/<name>.jsonl}; the test is skipped when the file is absent. */
    static List<JsonNode> of(String name) {
        Path file = SharedInputs.require("data/golden/" + name + ".jsonl");
        try (Stream<String> lines = Files.lines(file)) {
            List<JsonNode> vectors = lines.map(Vectors::parse).toList();
            assertThat(vectors).as("vectors of " + name).isNotEmpty();
            return vectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that {@code actual} gives {@code expected} for every vector, and shows up to ten that differ. */
    static void agree(List<JsonNode> vectors, Function<JsonNode, ?> expected, Function<JsonNode, ?> actual) {
        List<String> differences = new ArrayList<>();
        for (JsonNode vector : vectors) {
            Object wanted = expected.apply(vector);
            Object got = actual.apply(vector);
            if (!wanted.equals(got)) {
                differences.add("expected " + wanted + " but was " + got + " for " + vector);
            }
        }
        assertThat(differences.stream().limit(10)).isEmpty();
    }

    /** A JSON string as a list of one, an array as its texts. */
    static List<String> texts(JsonNode node) {
        if (node.isTextual()) {
            return List.of(node.textValue());
        }
        List<String> texts = new ArrayList<>();
        node.forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
