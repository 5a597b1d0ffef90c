package mhc.eval.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.LoadedCorpus;
import mhc.datasets.testing.SampleCorpora;
import mhc.eval.Benchmark;
import mhc.eval.Shots;
import mhc.eval.lmeval.LmEval;

/**
 * Runs of lm-evaluation-harness 0.4.13 on the bundled samples, recorded by {@code eval/tools/record_lm_eval.py}. A recorded
 * prompt is a hash: the prompt that this project builds from the same sample stands for it where its hash is the same.
 */
public final class SampleRecordings {
    private static final JsonMapper JSON = new JsonMapper();

    private SampleRecordings() {}

    /** The pool that a benchmark's recorded exemplars came from. */
    public static FewShotPool pool(Benchmark benchmark) {
        return corpus(benchmark).pool();
    }

    private static LoadedCorpus corpus(Benchmark benchmark) {
        return SampleCorpora.load(benchmark.corpus(), benchmark.poolKind());
    }

    /**
     * Writes one file a task into a folder, {@code <task>.<answerer>.jsonl}, with prompts and in the form of the harness's
     * {@code --log_samples}.
     *
     * @param answerer {@code canned}, or the name of a bundled checkpoint with a tokenizer
     * @return the files
     */
    public static List<Path> write(Path folder, String answerer) {
        List<Path> files = new ArrayList<>();
        List<String> contexts = List.of();
        try {
            for (JsonNode line : lines(answerer + ".jsonl")) {
                if (line.has("task")) {
                    files.add(folder.resolve(line.get("task").textValue() + "." + answerer + ".jsonl"));
                    contexts = contexts(line);
                    // Recorded files hold the task's settings there; nothing reads them where the header says the
                    // shots.
                    ((ObjectNode) line).putObject("config");
                } else {
                    withContext(
                            (ObjectNode) line, contexts.get(line.get("doc_id").intValue()));
                }
                Files.writeString(
                        files.get(files.size() - 1), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** This project's prompts for a recorded task's documents. */
    private static List<String> contexts(JsonNode header) {
        String name = header.get("benchmark").textValue();
        String subtask = header.get("subtask").textValue();
        Benchmark benchmark = LmEval.protocol().benchmarks().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        LoadedCorpus corpus = corpus(benchmark);
        List<Example> documents = corpus.examples().stream()
                .filter(example -> subtask.isEmpty() || example.task().equals(subtask))
                .toList();
        List<Shots> shots = benchmark.drawShots(
                documents, corpus.pool(), header.get("num_fewshot").intValue());
        List<String> contexts = new ArrayList<>();
        for (int i = 0; i < documents.size(); i++) {
            contexts.add(benchmark.request(documents.get(i), shots.get(i)).context());
        }
        return contexts;
    }

    private static void withContext(ObjectNode document, String context) {
        String recorded = document.get("prompt_hash").textValue();
        String known = sha256(context).equals(recorded) ? context : "(a prompt with SHA-256 " + recorded + ")";
        ArrayNode arguments = JSON.createArrayNode();
        document.get("arguments")
                .forEach(argument -> arguments.addArray().add(known).add(argument));
        document.set("arguments", arguments);
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static List<JsonNode> lines(String resource) throws IOException {
        try (InputStream bytes = SampleRecordings.class.getResourceAsStream(resource)) {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : new String(bytes.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        }
    }
}
