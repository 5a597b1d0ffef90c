package mhc.eval.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Answer;
import mhc.eval.Benchmark;
import mhc.eval.MetricName;
import mhc.eval.Outcome;
import mhc.eval.Request;
import mhc.eval.SelfWritten;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GradingTest {
    private static final double NAN = Double.NaN;

    static List<Benchmark> benchmarks() {
        return PaperProtocol.PROTOCOL.benchmarks();
    }

    private static Outcome grade(Example example, String text) {
        String benchmark = example.id().substring(0, example.id().indexOf('/'));
        return PaperProtocol.PROTOCOL.benchmark(benchmark).score(example, SelfWritten.text(text));
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void everyAnswerGivesTheSameMetricsBetweenZeroAndOne(Benchmark benchmark) {
        Example example = SelfWritten.EXAMPLES.get(benchmark.name());
        boolean choice = benchmark instanceof ChoiceBenchmark<?>;
        List<? extends Answer> answers = choice
                ? List.of(scores(benchmark, -1), scores(benchmark, NAN), scores(benchmark, Double.NEGATIVE_INFINITY))
                : List.of(
                        SelfWritten.text(""),
                        SelfWritten.text(" \n"),
                        SelfWritten.text("\ud835\udfd9 \ud83d\ude00 the answer is \ud835\udfd9."),
                        SelfWritten.text("the answer is"),
                        SelfWritten.text("Final Answer: The final answer is $\\frac"),
                        new Answer.Text("so 36 *", Answer.Stop.LENGTH, Answer.Usage.NONE));
        for (Answer answer : answers) {
            Outcome outcome = benchmark.score(example, answer);
            assertThat(outcome.metrics().keySet())
                    .contains(benchmark.headline().key())
                    .isEqualTo(
                            benchmark.score(example, answers.get(0)).metrics().keySet());
            assertThat(outcome.metrics().values())
                    .allSatisfy(value -> assertThat(value).isBetween(0.0, 1.0));
            assertThat(outcome.extracted()).containsKey(MetricName.NO_FILTER);
            assertThat(outcome.gold()).isNotEmpty();
            assertThat(outcome.metrics().keySet())
                    .allSatisfy(key -> assertThat(MetricName.parse(key).key()).isEqualTo(key));
        }
    }

    private static Answer.Scores scores(Benchmark benchmark, double each) {
        Request.Choice request = (Request.Choice) SelfWritten.request(benchmark, 0);
        double[] values = new double[request.continuations().size()];
        Arrays.fill(values, each);
        return SelfWritten.scores(values);
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void anAnswerOfTheWrongKindIsRefused(Benchmark benchmark) {
        Example example = SelfWritten.EXAMPLES.get(benchmark.name());
        Answer wrong = benchmark instanceof ChoiceBenchmark<?> ? SelfWritten.text("A") : SelfWritten.scores(-1, -2);
        assertThatThrownBy(() -> benchmark.score(example, wrong)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'\nIt is on. So the answer is Yes.', 1, 1",
        "'\nSo the answer is Yes.\n', 1, 1",
        "'So the answer is yes.', 0, 1",
        "'So the answer is **Yes**.', 0, 1",
        "'So the answer is Yes.\n\nNext', 0, 1",
        "'Answer is: Yes', 0, 1",
        "Yes, 1, 1",
        "'the answer is No. No, the answer is Yes.', 1, 1",
        "'the answer is No.', 0, 0",
        "'the answer is ', 0, 0",
    })
    void bbh(String text, double official, double robust) {
        assertThat(grade(SelfWritten.BBH, text).metrics())
                .containsAllEntriesOf(Map.of("exact_match", official, "exact_match,robust", robust));
    }

    @ParameterizedTest
    @CsvSource({"(B)., 1, 1", "(B), 1, 1", "B, 0, 1", "b) the cat., 0, 1", "(C)., 0, 0", "Before, 0, 0"})
    void bbhOptions(String text, double official, double robust) {
        Example.Bbh example = new Example.Bbh("bbh/t/0", "t", "Which?", "(B)");
        assertThat(grade(example, "So the answer is " + text).metrics())
                .containsAllEntriesOf(Map.of("exact_match", official, "exact_match,robust", robust));
    }

    @ParameterizedTest
    @CsvSource({
        "' 23.', 1, 1, 1",
        "23, 1, 1, 1",
        "' 23.0', 1, 1, 1",
        "' 23 ferries.', 1, 1, 1",
        "' 23. They came on both days.', 0, 0.29, 1",
        "' 14', 0, 0, 0",
        "'', 0, 0, 0",
    })
    void drop(String text, double em, double f1, double robustF1) {
        assertThat(grade(SelfWritten.DROP, text).metrics())
                .containsAllEntriesOf(Map.of("em", em, "f1", f1, "f1,robust", robustF1));
    }

    @Test
    void dropSplitsOnlyWhatItAskedForAsSpans() {
        Example.Drop spans = withAnswer(List.of("Aurora", "Borealis"));
        assertThat(grade(spans, " Borealis, Aurora.").metrics()).containsEntry("em", 1.0);
        assertThat(grade(spans, " Aurora").metrics()).containsEntry("f1", 0.5);
        assertThat(grade(spans, ", ,").metrics()).containsEntry("f1", 0.0);
        assertThat(grade(spans, "").metrics()).containsEntry("f1", 0.0);
        Example.Drop city = withAnswer(List.of("St. Louis"));
        assertThat(grade(city, " St. Louis").metrics()).containsEntry("em", 1.0).containsEntry("em,robust", 1.0);
        Example.Drop span = withAnswer(List.of("Tampa, Florida"));
        assertThat(grade(span, " Tampa, Florida.").metrics()).containsEntry("em", 1.0);
    }

    private static Example.Drop withAnswer(List<String> spans) {
        return new Example.Drop(
                "drop/x", "p", "P.", "Q?", List.of(new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, spans)));
    }

    @ParameterizedTest
    @CsvSource({
        "' It earns 36 * 2 = 72. The answer is 72.', 1, 1",
        "' The answer is $72.', 1, 1",
        "' the answer is: 72 dollars', 1, 1",
        "' The answer is 72.00.', 0, 1",
        "' The answer is 7. No: the answer is 72.', 1, 1",
        "' It earns 36 * 2 = $72', 0, 1",
        "' The answer is 720.', 0, 0",
        "' The answer is', 0, 0",
        "' none', 0, 0",
    })
    void gsm8k(String text, double official, double robust) {
        assertThat(grade(SelfWritten.GSM8K, text).metrics())
                .isEqualTo(Map.of("exact_match", official, "exact_match,robust", robust));
    }

    @Test
    void gsm8kComparesLargeAndNegativeNumbersAsText() {
        Example.Gsm8k example = new Example.Gsm8k("gsm8k/x", "Q", "#### -1,234.5");
        assertThat(grade(example, " The answer is -$1,234.5.").metrics()).containsEntry("exact_match", 1.0);
        assertThat(grade(example, " The answer is 1,234.5.").metrics()).containsEntry("exact_match", 0.0);
    }

    @Test
    void anExampleWithoutAGoldAnswerIsTheUsersToMend() {
        assertThatThrownBy(() -> grade(new Example.Gsm8k("gsm8k/x", "Q", "seven"), " 7"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("gsm8k/x");
        assertThatThrownBy(() -> grade(new Example.MathProblem("math/x", "algebra", "", "P", "It is 7."), "7"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("math/x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Final Answer: The final answer is $\\frac32$. | 1 | 0 | 1",
                "so \\boxed{\\frac{3}{2}} | 1 | 1 | 1",
                "\\boxed{\\frac32} Final Answer: The final answer is $2$. | 0 | 1 | 1",
                "so it is 3/2 | 0 | 0 | 0",
                "\\boxed{3/2} | 1 | 1 | 1",
                "\\boxed{1.5} | 0 | 0 | 0",
                "'' | 0 | 0 | 0",
                "Final Answer: The final answer is $\\fra | 0 | 0 | 0",
            })
    void math(String text, double official, double boxed, double robust) {
        // The stop string leaves the blank before it; CSV drops trailing blanks.
        assertThat(grade(SelfWritten.MATH, text + " ").metrics())
                .isEqualTo(Map.of("exact_match", official, "exact_match,boxed", boxed, "exact_match,robust", robust));
    }

    @ParameterizedTest
    @CsvSource({
        "' Mercury', 1, 1",
        "' the planet Mercury!', 1, 1",
        "' Mercury, of course', 0, 0.5",
        "' Venus', 0, 0",
        "'', 0, 0",
    })
    void triviaqa(String text, double em, double f1) {
        assertThat(grade(SelfWritten.TRIVIAQA, text).metrics()).isEqualTo(Map.of("exact_match", em, "f1", f1));
    }

    @Test
    void aChoiceIsMadePerTokenPerCodePointPerByteAndBySum() {
        Example.Piqa example = new Example.Piqa("piqa/x", "Goal", List.of("\u00e9\u00e9", "eee"), 0);
        Answer answer = new Answer.Scores(
                List.of(new Answer.Score(-6, 3, 3, false), new Answer.Score(-5, 2, 4, false)), Answer.Usage.NONE);
        Outcome outcome = PaperProtocol.PROTOCOL.benchmark("piqa").score(example, answer);
        // per token -2 and -2.5; sums -6 and -5; per code point -3 and -1.67; per byte -1.5 and -1.67
        assertThat(outcome.metrics()).isEqualTo(Map.of("acc", 1.0, "acc_sum", 0.0, "acc_norm", 0.0, "acc_bytes", 1.0));
        assertThat(outcome.extracted()).isEqualTo(Map.of("none", "\u00e9\u00e9"));
        assertThat(outcome.gold()).containsExactly("\u00e9\u00e9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hellaswag", "piqa"})
    void onlyFiniteLogLikelihoodsCompete(String name) {
        Benchmark benchmark = PaperProtocol.PROTOCOL.benchmark(name);
        Example example = SelfWritten.EXAMPLES.get(name);
        int options = name.equals("piqa") ? 2 : 4;
        double[] values = new double[options];
        Arrays.fill(values, NAN);
        Outcome none = benchmark.score(example, SelfWritten.scores(values));
        assertThat(none.metrics()).containsEntry("acc", 0.0);
        assertThat(none.extracted()).isEqualTo(Map.of("none", ""));
        values[0] = -900;
        assertThat(benchmark.score(example, SelfWritten.scores(values)).metrics())
                .as("the gold option is the only finite one")
                .containsEntry("acc", 1.0);
    }

    @Test
    void anOptionWithoutTokensIsNotChosen() {
        Answer answer = new Answer.Scores(
                List.of(new Answer.Score(0, 0, 0, true), new Answer.Score(-5, 2, 4, false)), Answer.Usage.NONE);
        assertThat(PaperProtocol.PROTOCOL
                        .benchmark("piqa")
                        .score(SelfWritten.PIQA, answer)
                        .metrics())
                .containsEntry("acc", 0.0);
    }
}
