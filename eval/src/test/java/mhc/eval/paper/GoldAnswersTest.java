package mhc.eval.paper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import mhc.datasets.Example;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.Outcome;
import mhc.eval.SelfWritten;
import mhc.eval.score.MathAnswer;
import org.junit.jupiter.api.Test;

/** Whoever answers with the gold answer is right, on every item of the real benchmarks. */
class GoldAnswersTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void math() throws IOException {
        everyItem("data/math/test.jsonl", (id, item) -> {
            Example.MathProblem example = new Example.MathProblem(
                    "math/" + id,
                    "",
                    "",
                    item.get("problem").asText(),
                    item.get("solution").asText());
            String gold = MathAnswer.lastBoxed(example.solution()).orElseThrow();
            return new MathBenchmark().score(example, SelfWritten.text("So it is $\\boxed{" + gold + "}$."));
        });
    }

    @Test
    void mathByTheClosingPhrase() throws IOException {
        everyItem("data/math/math500_test.jsonl", (id, item) -> {
            Example.MathProblem example = new Example.MathProblem(
                    "math/" + id,
                    "",
                    "",
                    item.get("problem").asText(),
                    item.get("solution").asText());
            String gold = MathAnswer.lastBoxed(example.solution()).orElseThrow();
            String text = "\\boxed{%s}\nFinal Answer: The final answer is $%s$. ".formatted(gold, gold);
            return new MathBenchmark().score(example, SelfWritten.text(text));
        });
    }

    @Test
    void gsm8k() throws IOException {
        everyItem("data/gsm8k/test.jsonl", (id, item) -> {
            Example.Gsm8k example = new Example.Gsm8k(
                    "gsm8k/" + id,
                    item.get("question").asText(),
                    item.get("answer").asText());
            String number = example.answer().substring(example.answer().lastIndexOf("####") + 5);
            return new Gsm8kBenchmark().score(example, SelfWritten.text(" So. The answer is " + number + "."));
        });
    }

    private static void everyItem(String file, BiFunction<Integer, JsonNode, Outcome> score) throws IOException {
        Path path = SharedInputs.require(file);
        List<String> lines = Files.readAllLines(path);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Outcome outcome = score.apply(i, JSON.readTree(lines.get(i)));
            if (!outcome.metrics().values().stream().allMatch(value -> value == 1)) {
                wrong.add(i + ": " + outcome);
            }
        }
        assertThat(lines).isNotEmpty();
        assertThat(wrong).isEmpty();
    }
}
