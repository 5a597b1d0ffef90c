package mhc.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.InputException;
import mhc.eval.Request;
import mhc.eval.Shots;
import mhc.jobs.run.RecordedRequest;
import org.junit.jupiter.api.Test;

/** What a queue costs, in which order it goes, and what comes of it on clusters. */
class ScheduleTest {
    private static final List<String> MODELS = List.of("b", "a");

    @Test
    void eachShardStartsAsSoonAsAnExecutorIsFree() {
        Schedule schedule = Schedule.of(new double[] {5, 3, 3, 2}, 2);

        assertThat(schedule.makespan()).isEqualTo(7); // 5, then 2 behind 3 + 3 ends at 8 or behind 5 at 7
        assertThat(schedule.idle()).isCloseTo(1 - 13 / 14.0, within(1e-12));
        assertThat(schedule.floor()).isEqualTo(6.5);
        assertThat(Schedule.of(new double[] {5, 1}, 8).makespan()).isEqualTo(5);
        assertThat(Schedule.of(new double[] {5, 1}, 8).floor()).isEqualTo(5);
        assertThat(Schedule.of(new double[0], 8).idle()).isZero();
    }

    @Test
    void modelByModelUnlessEachOfManyExecutorsGetsFew() {
        List<QueuedShard> shards = new ArrayList<>();
        for (String model : List.of("a", "b")) {
            IntStream.range(0, 8)
                    .forEach(index -> shards.add(
                            new QueuedShard(model, shard(index), new ShardCost(1, 0, index * 10L, 0, 0, 0))));
        }

        assertThat(QueuedShard.inOrder(shards, MODELS, 2))
                .extracting(QueuedShard::toString)
                .startsWith("b mmlu 7", "b mmlu 6")
                .endsWith("a mmlu 1", "a mmlu 0");
        assertThat(QueuedShard.inOrder(shards, MODELS, 7))
                .extracting(QueuedShard::model)
                .startsWith("b", "b", "b");
        assertThat(QueuedShard.inOrder(shards, MODELS, 8))
                .extracting(QueuedShard::toString)
                .startsWith("a mmlu 7", "b mmlu 7", "a mmlu 6")
                .endsWith("a mmlu 0", "b mmlu 0");
    }

    @Test
    void tokensOfATextAreAboutThoseOfALargeVocabulary() {
        assertThat(TextTokens.in("")).isZero();
        assertThat(TextTokens.in("The answer is 42.\n\n")).isEqualTo(6);
        assertThat(TextTokens.in("internationalization 1234567")).isEqualTo(3 + 3);
        assertThat(TextTokens.in("  x  ")).isEqualTo(1);
        assertThat(TextTokens.in("\u4f60\u597d")).isEqualTo(2);
        assertThat(TextTokens.in("one two three", 4, 7)).isEqualTo(1);
    }

    @Test
    void aRequestCostsWhatTheOneBeforeItDoesNotShareAndWhatItsExemplarsAnswerIsLong() {
        Example example = new Example.Gsm8k("gsm8k/test/0", "How many?", "Two and two make four. #### 4");
        Example shown = new Example.Gsm8k("gsm8k/train/0", "How many?", "one two three four");
        Shots shots = new Shots("", List.of(shown, shown));

        RequestCost cost = RequestCost.of(
                new Request.Generate("same words other end", List.of(), 100), "same words here", example, shots);
        assertThat(cost).isEqualTo(new RequestCost(4, 2, 10));
        assertThat(RequestCost.of(new Request.Generate("x", List.of(), 7), "", example, shots)
                        .generated())
                .isEqualTo(7);
        assertThat(RequestCost.of(new Request.Choice("same words", List.of(" a", " b c")), "", example, Shots.NONE))
                .isEqualTo(new RequestCost(2 + 1 + 2, 0, 0));
    }

    @Test
    void moreRowsThanDecodeTogetherTakeMoreSteps() {
        ShardCost few = ShardCost.of(
                IntStream.range(0, 256).mapToObj(i -> new RequestCost(1, 0, 10)).toList());
        ShardCost many = ShardCost.of(
                IntStream.range(0, 512).mapToObj(i -> new RequestCost(1, 0, 10)).toList());

        // Each request's 10 tokens attend to the one before them, and to 5 of their own on the average.
        long keys = 256 * 10 * (1 + 5) / ShardCost.KEYS;
        assertThat(few.total()).isEqualTo(ShardCost.TASK + 256 + 2560 * ShardCost.TOKEN + keys + 10 * ShardCost.STEP);
        assertThat(many.total())
                .isEqualTo(ShardCost.TASK + 512 + 5120 * ShardCost.TOKEN + 2 * keys + 20 * ShardCost.STEP);
    }

    @Test
    void recordedRatesAreThoseThatMadeTheFiles() {
        RecordedRates made = new RecordedRates(1e-4, 2e-3, 3e-6, 0);
        List<RecordedRates.Sample> files = IntStream.rangeClosed(1, 9)
                .mapToObj(i -> new RecordedWork(1000 * i, 100 * (i % 4), 5e4 * (i % 3), 10 * (i % 5)))
                .map(work -> new RecordedRates.Sample(work, made.seconds(work)))
                .toList();

        RecordedRates fitted = RecordedRates.fit(files);

        assertThat(fitted.read()).isCloseTo(made.read(), within(1e-9));
        assertThat(fitted.generated()).isCloseTo(made.generated(), within(1e-8));
        assertThat(fitted.attended()).isCloseTo(made.attended(), within(1e-11));
        assertThat(fitted.step()).isCloseTo(0, within(1e-7));
    }

    @Test
    void noRecordedRateIsNegative() {
        RecordedRates fitted = RecordedRates.fit(List.of(
                new RecordedRates.Sample(new RecordedWork(1000, 100, 0, 0), 1),
                new RecordedRates.Sample(new RecordedWork(2000, 0, 0, 0), 3)));

        assertThat(fitted.read()).isPositive();
        assertThat(fitted.generated()).isZero();
        assertThat(fitted.attended()).isZero();
    }

    @Test
    void recordedTokensAreReadAgainWhereThePlanCutsAndKeepThePaceOfTheirFile() {
        List<Shard.Item> items = shard(0).items();
        Shard first = new Shard("paper", "mmlu", 0, 0, items.subList(0, 2), false);
        Shard second = new Shard("paper", "mmlu", 1, 0, items.subList(2, 4), false);
        RecordedLengths lengths = new RecordedLengths("/runs/a");

        // One file of all four, 3.6 s: 200 + 3 x 40 tokens; another benchmark's, 320 tokens, in half the time.
        List<RecordedRequest> rows = IntStream.range(0, 4)
                .mapToObj(i -> new RecordedRequest("mmlu/" + i, 190, i == 0 ? 0 : 160, 10, 0.9 * (i + 1)))
                .toList();
        lengths.add("m", false, List.of(rows));
        lengths.add("m", false, List.of(List.of(new RecordedRequest("piqa/0", 310, 0, 10, 1.8))));

        double rate = 2 / (320 / 3.6 + 320 / 1.8);
        assertThat(lengths.of(queued("m", first))).isCloseTo(ShardCost.TASK * rate + 240 * 3.6 / 320, within(1e-9));
        assertThat(lengths.of(queued("m", second))).isCloseTo(ShardCost.TASK * rate + 240 * 3.6 / 320, within(1e-9));
        assertThatThrownBy(() -> lengths.of(queued("other", first)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Run /runs/a has no answer of other to mmlu/0");
    }

    private static QueuedShard queued(String model, Shard shard) {
        return new QueuedShard(model, shard, ShardCost.NONE);
    }

    private static Shard shard(int index) {
        List<Shard.Item> items = IntStream.range(0, 4)
                .mapToObj(i -> new Shard.Item(
                        new Example.Mmlu("mmlu/" + i, "a", "question", List.of("a", "b", "c", "d"), 0), Shots.NONE))
                .toList();
        return new Shard("paper", "mmlu", index, 0, items, false);
    }
}
