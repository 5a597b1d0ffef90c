package mhc.eval.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import mhc.datasets.Example;
import mhc.datasets.FewShotPool;
import mhc.datasets.InputException;
import mhc.eval.Benchmark;
import mhc.eval.Protocol;
import mhc.eval.Request;
import mhc.eval.SelfWritten;
import mhc.eval.Shots;
import mhc.eval.protocol.Protocols;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PaperProtocolTest {
    private static final Protocol PAPER = Protocols.named("paper");

    static List<Benchmark> benchmarks() {
        return PAPER.benchmarks();
    }

    @ParameterizedTest
    @CsvSource({
        "bbh, exact_match, 3",
        "drop, f1, 3",
        "gsm8k, exact_match, 8",
        "hellaswag, acc, 10",
        "math, exact_match, 4",
        "mmlu, acc, 5",
        "piqa, acc, 0",
        "triviaqa, exact_match, 5",
    })
    void hasTheMetricsAndShotsOfTable4(String name, String metric, int shots) {
        Benchmark benchmark = PAPER.benchmark(name);
        assertThat(benchmark.headline().key()).isEqualTo(metric);
        assertThat(benchmark.defaultShots()).isEqualTo(shots);
        assertThat(benchmark.corpus().key()).isEqualTo(name);
    }

    @Test
    void hasTheEightAndNoMore() {
        assertThat(PAPER.benchmarks())
                .extracting(Benchmark::name)
                .doesNotHaveDuplicates()
                .hasSize(8);
        assertThatThrownBy(() -> PAPER.benchmark("gsm8k_cot"))
                .isInstanceOf(InputException.class)
                .hasMessage("Protocol paper has no benchmark \"gsm8k_cot\": choose among bbh, drop, gsm8k, hellaswag,"
                        + " math, mmlu, piqa, triviaqa.");
        assertThatThrownBy(() -> Protocols.named("helm"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("There is no protocol \"helm\": choose among paper");
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void examplesOfATaskShareTheirExemplars(Benchmark benchmark) {
        Example example = SelfWritten.EXAMPLES.get(benchmark.name());
        List<Shots> drawn = benchmark.drawShots(List.of(example, example), SelfWritten.pool(benchmark.name()), 1);
        assertThat(drawn).hasSize(2);
        assertThat(drawn.get(0)).isSameAs(drawn.get(1));
        assertThat(drawn.get(0).examples()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void anExampleIsNeverItsOwnExemplar(Benchmark benchmark) {
        FewShotPool pool = SelfWritten.pool(benchmark.name());
        String task = SelfWritten.EXAMPLES.get(benchmark.name()).task();
        List<Example> own = pool.examples().stream()
                .filter(example ->
                        !benchmark.name().equals("bbh") || example.task().equals(task))
                .toList();
        List<Shots> drawn = benchmark.drawShots(own, pool, 1);
        assertThat(drawn.get(0).examples()).containsExactly(own.get(1));
        assertThat(drawn.get(1).examples()).containsExactly(own.get(0));
        assertThatThrownBy(() -> benchmark.drawShots(own, pool, 2))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "Benchmark " + benchmark.name(), "wants 2", "has 1", "shots: {" + benchmark.name() + ": 1}");
    }

    @Test
    void aPoolThatIsTooSmallNamesTheTaskAndTheRemedy() {
        assertThatThrownBy(() -> PAPER.benchmark("mmlu").drawShots(List.of(SelfWritten.MMLU), FewShotPool.EMPTY, 5))
                .isInstanceOf(InputException.class)
                .hasMessage("Benchmark mmlu wants 5 exemplars for marine_biology but its few-shot pool has 0:"
                        + " set shots: {mmlu: 0} or name a larger pool in files: {mmlu: {pool: PATH}}.");
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void noExemplarsNeedNoPool(Benchmark benchmark) {
        Example example = SelfWritten.EXAMPLES.get(benchmark.name());
        List<Shots> drawn = benchmark.drawShots(List.of(example), FewShotPool.EMPTY, 0);
        assertThat(benchmark.request(example, drawn.get(0)).context()).isNotEmpty();
        assertThat(benchmark.drawShots(List.of(), FewShotPool.EMPTY, 3)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("benchmarks")
    void noContextEndsInABlankAndNoStopIsInThePrompt(Benchmark benchmark) {
        Request request = SelfWritten.request(benchmark, 2);
        assertThat(request.context()).doesNotEndWith(" ").doesNotEndWith("\n");
        assertThat(request.hash())
                .isNotEqualTo(SelfWritten.request(benchmark, 1).hash());
    }

    @Test
    void aPassageIsPrintedOnceForNeighbours() {
        Example.Drop second = new Example.Drop(
                "drop/h_2",
                "harbour",
                SelfWritten.DROP.passage(),
                "Which ferries were late?",
                List.of(new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, List.of("Aurora", "Borealis"))));
        String context = PAPER.benchmark("drop")
                .request(second, new Shots("", List.of(SelfWritten.DROP)))
                .context();
        assertThat(context.split("Passage: ", -1)).hasSize(2);
        assertThat(context).endsWith("A: The answer type is spans. So according to above Passage, the answer is");
    }

    @Test
    void aBlankAnnotationDoesNotNameTheType() {
        Example.Drop example = new Example.Drop(
                "drop/x",
                "p",
                "P.",
                "Q?",
                List.of(
                        new Example.DropAnswer(Example.DropAnswer.Kind.DATE, List.of("")),
                        new Example.DropAnswer(Example.DropAnswer.Kind.SPANS, List.of("Aurora"))));
        assertThat(PAPER.benchmark("drop")
                        .request(example, new Shots("", List.of(example)))
                        .context())
                .contains("The answer type is span. So according to above Passage, the answer is Aurora.")
                .doesNotContain("date");
    }
}
