package mhc.eval.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import mhc.datasets.testing.SharedInputs;

/** Recorded inputs and outputs of the official scorers, one JSON object a line. */
final class Vectors {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whose answers were scored. */
    enum Source {
        /** Self-written ones, recorded by {@code eval/tools/record_scorers.py}; always there. */
        SELF_WRITTEN {
            @Override
            Stream<String> lines(String name) {
                InputStream bytes = Vectors.class.getResourceAsStream(name + ".jsonl");
                return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8)).lines();
            }
        },

        /** Those of models and annotators, {@code data/golden/<name>.jsonl}; the test is skipped when the file is absent. */
        SHARED {
            @Override
            Stream<String> lines(String name) throws IOException {
                return Files.lines(SharedInputs.require("data/golden/" + name + ".jsonl"));
            }
        };

        abstract Stream<String> lines(String name) throws IOException;
    }

    private Vectors() {}

    /** All vectors of a scorer. */
    static List<JsonNode> of(Source source, String name) {
        try (Stream<String> lines = source.lines(name)) {
            List<JsonNode> vectors = lines.map(Vectors::parse).toList();
            assertThat(vectors).as("vectors of " + name).hasSizeGreaterThan(4);
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
