package mhc.eval.paper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import mhc.datasets.Corpus;
import mhc.datasets.Example;
import mhc.datasets.PoolKind;
import mhc.datasets.testing.SampleCorpora;
import mhc.datasets.testing.SharedInputs;
import mhc.eval.Outcome;
import mhc.eval.SelfWritten;
import mhc.eval.score.MathAnswer;
import org.junit.jupiter.api.Test;

/** Whoever answers with the gold answer is right, on every item of the real benchmarks and of the bundled samples. */
class GoldAnswersTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void math() throws IOException {
        everyItem("data/math/test.jsonl", GoldAnswersTest::problem, GoldAnswersTest::boxed);
    }

    @Test
    void mathByTheClosingPhrase() throws IOException {
        everyItem("data/math/math500_test.jsonl", GoldAnswersTest::problem, GoldAnswersTest::closed);
    }

    @Test
    void gsm8k() throws IOException {
        everyItem(
                "data/gsm8k/test.jsonl",
                (id, item) -> new Example.Gsm8k(
                        "gsm8k/" + id,
                        item.get("question").asText(),
                        item.get("answer").asText()),
                GoldAnswersTest::counted);
    }

    @Test
    void samples() {
        everyRight(SampleCorpora.load(Corpus.MATH, PoolKind.NONE).examples(), GoldAnswersTest::boxed);
        everyRight(SampleCorpora.load(Corpus.MATH, PoolKind.NONE).examples(), GoldAnswersTest::closed);
        everyRight(SampleCorpora.load(Corpus.GSM8K, PoolKind.NONE).examples(), GoldAnswersTest::counted);
    }

    private static Example problem(int id, JsonNode item) {
        String problem = item.get("problem").asText();
        return new Example.MathProblem(
                "math/" + id, "", "", problem, item.get("solution").asText());
    }

    private static Outcome boxed(Example example) {
        return new MathBenchmark().score(example, SelfWritten.text("So it is $\\boxed{" + gold(example) + "}$."));
    }

    private static Outcome closed(Example example) {
        String text = "\\boxed{%1$s}\nFinal Answer: The final answer is $%1$s$. ".formatted(gold(example));
        return new MathBenchmark().score(example, SelfWritten.text(text));
    }

    private static String gold(Example example) {
        return MathAnswer.lastBoxed(((Example.MathProblem) example).solution()).orElseThrow();
    }

    private static Outcome counted(Example example) {
        String answer = ((Example.Gsm8k) example).answer();
        String number = answer.substring(answer.lastIndexOf("####") + 5);
        return new Gsm8kBenchmark().score(example, SelfWritten.text(" So. The answer is " + number + "."));
    }

    private static void everyItem(
            String file, BiFunction<Integer, JsonNode, Example> read, Function<Example, Outcome> score)
            throws IOException {
        List<String> lines = Files.readAllLines(SharedInputs.require(file));
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            examples.add(read.apply(i, JSON.readTree(lines.get(i))));
        }
        everyRight(examples, score);
    }

    private static void everyRight(List<Example> examples, Function<Example, Outcome> score) {
        List<String> wrong = new ArrayList<>();
        for (Example example : examples) {
            Outcome outcome = score.apply(example);
            if (!outcome.metrics().values().stream().allMatch(value -> value == 1)) {
                wrong.add(example.id() + ": " + outcome);
            }
        }
        assertThat(examples).isNotEmpty();
        assertThat(wrong).isEmpty();
    }
}
