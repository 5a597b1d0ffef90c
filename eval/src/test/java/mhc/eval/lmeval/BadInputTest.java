package mhc.eval.lmeval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.Shots;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd answers and items have defined results: those of the harness. */
class BadInputTest {
    private static final Example.Bbh BBH = new Example.Bbh("bbh/x/0", "x", "Is it?", "Yes");
    private static final Example.Drop DROP = new Example.Drop(
            "drop/0",
            "p",
            "Nine ferries.",
            "How many?",
            List.of(
                    new Example.DropAnswer(Example.DropAnswer.Kind.NUMBER, List.of("9")),
                    new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, List.of(" "))));
    private static final Example.Gsm8k GSM8K = new Example.Gsm8k("gsm8k/0", "How many?", "Nine.\r\n#### 9");
    private static final Example.MathProblem MATH =
            new Example.MathProblem("math/0", "algebra", "Level 1", "Nine?", "It is $\\boxed{9}$.");
    private static final Example.TriviaQa TRIVIA =
            new Example.TriviaQa("triviaqa/0", "Which number?", "9", List.of("9", "Nine"));
    private static final Example.Piqa PIQA =
            new Example.Piqa("piqa/0", "Count.", List.of("\ud83d\ude00\ud83d\ude00", "abc"), 0);
    private static final Map<String, Example> GENERATED =
            Map.of("bbh", BBH, "drop", DROP, "gsm8k", GSM8K, "gsm8k_cot", GSM8K, "math", MATH, "triviaqa", TRIVIA);

    private static Benchmark benchmark(String name) {
        return LmEval.protocol().benchmark(name);
    }

    private static Outcome score(String benchmark, Example example, String text) {
        return benchmark(benchmark).score(example, new Answer.Text(text, Answer.Stop.STOP_STRING, Answer.Usage.NONE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bbh", "drop", "gsm8k", "gsm8k_cot", "math", "triviaqa"})
    void anAnswerWithoutTextIsWrong(String name) {
        for (String empty : List.of("", " ", "\r\n", "\n\n", ".")) {
            Outcome outcome = score(name, GENERATED.get(name), empty);
            assertThat(outcome.metrics().values())
                    .as(name + " of \"" + empty + "\"")
                    .containsOnly(0.0);
        }
    }

    @Test
    void anEmptyAnswerIsRightWhereNothingIsAsked() {
        Example.TriviaQa nothing = new Example.TriviaQa("triviaqa/1", "What?", "", List.of("..."));
        assertThat(score("triviaqa", nothing, "").metrics()).containsEntry("exact_match,remove_whitespace", 1.0);
        assertThat(score("math", MATH, "Final Answer: The final answer is . I hope it is correct.")
                        .metrics())
                .containsEntry("exact_match", 0.0);
    }

    /** No part of a stop string stops: only the whole. */
    @ParameterizedTest
    @CsvSource({
        "gsm8k, '#### 9 Ques', 1",
        "gsm8k, '#### 9</s> #### 8', 1",
        "gsm8k, 'Question: #### 9', 0",
        "gsm8k_cot, 'The answer is 9.<|im_end', 1",
        "triviaqa, 'Nine, ten', 1",
    })
    void cutsAtWholeStopStringsOnly(String name, String text, double value) {
        Benchmark benchmark = benchmark(name);
        Outcome outcome = score(name, GENERATED.get(name), text);
        assertThat(outcome.metrics()).containsEntry(benchmark.headline().key(), value);
    }

    @Test
    void countsCodePointsOutsideTheBasicPlaneOnce() {
        // Sums -4 and -5: acc takes the first. Means over 2 and 3 code points: -2 and -1.67.
        Outcome outcome = choose(-4, -5);
        assertThat(outcome.metrics()).containsEntry("acc", 1.0).containsEntry("acc_norm", 0.0);
        assertThat(score(
                                "bbh",
                                new Example.Bbh("bbh/x/1", "x", "?", "\ud83d\ude00"),
                                "the answer is \ud83d\ude00\ud83d\ude01")
                        .extracted())
                .as("the last character is dropped whole")
                .containsEntry("get-answer", "\ud83d\ude00");
    }

    @Test
    void readsCarriageReturnsAsPythonDoes() {
        // The dot takes a carriage return, and the one character dropped is that.
        assertThat(score("bbh", BBH, "the answer is Yes\r\n").metrics()).containsEntry("exact_match,get-answer", 1.0);
        assertThat(score("gsm8k", GSM8K, "Nine.\r\n#### 9\r\n").metrics())
                .containsEntry("exact_match,strict-match", 1.0)
                .containsEntry("exact_match,flexible-extract", 1.0);
        assertThat(score("drop", DROP, "9\r\n").metrics()).containsEntry("em", 1.0);
        assertThat(score("triviaqa", TRIVIA, "\r9\r").metrics()).containsEntry("exact_match,remove_whitespace", 1.0);
        Request request = benchmark("gsm8k").request(GSM8K, new Shots("", List.of(GSM8K)));
        assertThat(request.context())
                .isEqualTo("Question: How many?\nAnswer: Nine.\r\n#### 9\n\nQuestion: How many?\nAnswer:");
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, -1, 1, 1",
        "-1, NaN, 0, 0",
        "NaN, NaN, 1, 1",
        "-Infinity, -9, 0, 0",
        "-Infinity, -Infinity, 1, 1",
        "-3, -3, 1, 0",
    })
    void choosesAsNumpyDoes(double first, double second, double acc, double accNorm) {
        assertThat(choose(first, second).metrics()).containsEntry("acc", acc).containsEntry("acc_norm", accNorm);
    }

    private static Outcome choose(double... logLikelihoods) {
        List<Answer.Score> scores = Arrays.stream(logLikelihoods)
                .mapToObj(value -> new Answer.Score(value, 1, 1, false))
                .toList();
        return benchmark("piqa").score(PIQA, new Answer.Scores(scores, Answer.Usage.NONE));
    }

    @Test
    void refusesWhatCannotBeAskedOrShown() {
        assertThatThrownBy(() -> benchmark("gsm8k").drawShots(List.of(GSM8K), FewShotPool.EMPTY, 8))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("The few-shot pool of gsm8k holds 0 exemplars but 8 shots need 8: ");
        assertThatThrownBy(() -> benchmark("bbh").drawShots(List.of(BBH), FewShotPool.EMPTY, 0))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "The few-shot pool of bbh has no description of x: give the cot-prompts folder, whose files open"
                                + " with it");
        Example.TriviaQa unanswered = new Example.TriviaQa("triviaqa/2", "What?", "", List.of());
        assertThatThrownBy(() -> benchmark("triviaqa").request(TRIVIA, new Shots("", List.of(unanswered))))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Exemplar triviaqa/2 has no alias");
        Example.MathProblem unboxed = new Example.MathProblem("math/1", "", "", "?", "It is 9.");
        assertThatThrownBy(() -> score("math", unboxed, "9"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("math/1 has no \\boxed{answer}");
        assertThatThrownBy(() -> score("piqa", PIQA, "text")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> choose(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
