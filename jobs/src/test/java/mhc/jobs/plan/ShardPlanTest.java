package mhc.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.Example.Mmlu;
import mhc.eval.Shots;
import mhc.jobs.plan.ShardCutter.Costed;
import org.junit.jupiter.api.Test;

class ShardPlanTest {
    /** Smaller than any run that a shard of more than the least size comes of. */
    private static final ShardSize SMALL = new ShardSize(1, 1024);

    @Test
    void limitGoesRoundRobinOverTasksInNameOrder() {
        List<Example> examples = new ArrayList<>();
        examples.addAll(items("virology", 3));
        examples.addAll(items("anatomy", 1));
        examples.addAll(items("marketing", 5));

        assertThat(ids(examples, 5))
                .containsExactly("anatomy/0", "marketing/0", "virology/0", "marketing/1", "virology/1");
        assertThat(ids(examples, 0)).hasSize(9);
        assertThat(ids(examples, 100)).hasSize(9);
        assertThat(ShardPlan.choose(List.of(), 20)).isEmpty();
    }

    @Test
    void smallFamiliesStayWholeAndJoin() {
        List<Costed> requests = new ArrayList<>();
        requests.addAll(choices("a", 10, 500, 100));
        requests.addAll(choices("b", 20, 500, 100));
        requests.addAll(choices("c", 60, 500, 100));

        List<List<Costed>> shards = ShardCutter.cut(requests, SMALL);

        assertThat(tasks(shards)).containsExactly(List.of("a", "b"), List.of("c"));
        assertThat(shards.stream().flatMap(List::stream)).containsExactlyElementsOf(requests);
    }

    @Test
    void aFamilyLargerThanAShardIsCutIntoEvenPiecesThatReadItsPrefixAgain() {
        List<Costed> requests = choices("a", 300, 1000, 100);

        List<List<Costed>> shards = ShardCutter.cut(requests, SMALL);

        assertThat(shards).hasSizeGreaterThan(3);
        assertThat(shards.stream().flatMap(List::stream)).containsExactlyElementsOf(requests);
        int longest = shards.stream().mapToInt(List::size).max().orElseThrow();
        assertThat(shards).allSatisfy(shard -> assertThat(shard.size()).isBetween(longest * 3 / 4, longest));
        long whole = ShardCutter.cost(requests).total();
        long cut = shards.stream()
                .mapToLong(shard -> ShardCutter.cost(shard).total())
                .sum();
        assertThat(cut - whole).isEqualTo((shards.size() - 1) * (1000L + ShardCost.TASK));
        assertThat(shards)
                .allSatisfy(shard -> assertThat(ShardCutter.cost(shard).total()).isLessThanOrEqualTo(ShardSize.LEAST));
    }

    @Test
    void questionsOfOnePassageStayTogether() {
        List<Costed> requests = new ArrayList<>();
        for (int passage = 0; passage < 30; passage++) {
            for (int question = 0; question < 20; question++) {
                String name = "p" + passage;
                Example example = new Example.Drop(name + "/" + question, name, "text", "question", List.of());
                requests.add(new Costed(
                        new Shard.Item(example, Shots.NONE), new RequestCost(320, question == 0 ? 0 : 300, 4)));
            }
        }

        List<List<Costed>> shards = ShardCutter.cut(requests, SMALL);

        assertThat(shards).hasSizeGreaterThan(1);
        assertThat(shards).allSatisfy(shard -> assertThat(shard.size() % 20).isZero());
    }

    @Test
    void generationsAreNotCutSoSmallThatTheirStepsAreMostOfTheWork() {
        List<Costed> requests = IntStream.range(0, 400)
                .mapToObj(i -> new Costed(item("a", i), new RequestCost(1100, i == 0 ? 0 : 1000, 300)))
                .toList();

        List<List<Costed>> shards = ShardCutter.cut(requests, SMALL);

        assertThat(shards).hasSizeGreaterThan(3);
        assertThat(shards.subList(0, shards.size() - 1))
                .allSatisfy(shard -> assertThat(ShardCutter.cost(shard).total())
                        .isBetween(
                                ShardCutter.cost(shard).fixed() * 3 / 2,
                                ShardCutter.cost(shard).fixed() * 5 / 2));
    }

    @Test
    void theLargerTheRunTheLongerItsFirstShardsAndTheLastOnesAreShort() {
        List<Costed> requests = new ArrayList<>();
        IntStream.range(0, 200).forEach(task -> requests.addAll(choices("t%03d".formatted(task), 50, 500, 100)));
        ShardSize large = new ShardSize(100_000_000, 1024);

        List<List<Costed>> shards = ShardCutter.cut(requests, large);

        assertThat(ShardCutter.cost(shards.get(0)).total()).isBetween(large.at(0) / 2, large.at(0));
        assertThat(ShardCutter.cost(shards.get(shards.size() - 1)).total()).isLessThanOrEqualTo(ShardSize.LEAST);
        assertThat(shards.size()).isLessThan(ShardCutter.cut(requests, SMALL).size());
        assertThat(ShardCutter.cut(List.of(), large)).isEmpty();
    }

    private static List<List<String>> tasks(List<List<Costed>> shards) {
        return shards.stream()
                .map(shard -> shard.stream()
                        .map(request -> request.item().example().task())
                        .distinct()
                        .toList())
                .toList();
    }

    /** Choices with a prefix in common. */
    private static List<Costed> choices(String task, int count, int prefix, int tokens) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Costed(item(task, i), new RequestCost(prefix + tokens, i == 0 ? 0 : prefix, 0)))
                .toList();
    }

    private static Shard.Item item(String task, int number) {
        return new Shard.Item(items(task, number + 1).get(number), Shots.NONE);
    }

    private static List<String> ids(List<Example> examples, int limit) {
        return ShardPlan.choose(examples, limit).stream()
                .map(i -> examples.get(i).id())
                .toList();
    }

    private static List<Example> items(String task, int count) {
        return IntStream.range(0, count)
                .<Example>mapToObj(i -> new Mmlu(task + "/" + i, task, "question", List.of("a", "b", "c", "d"), 0))
                .toList();
    }
}
