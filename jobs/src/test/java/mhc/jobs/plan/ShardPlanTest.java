package mhc.jobs.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.datasets.Example.Mmlu;
import org.junit.jupiter.api.Test;

class ShardPlanTest {

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
    }

    @Test
    void smallTasksStayWholeAndLargeOnesAreCutIntoFullShards() {
        List<Shard.Item> items = new ArrayList<>();
        items("a", 200).forEach(example -> items.add(item(example)));
        items("b", 100).forEach(example -> items.add(item(example)));
        items("c", 600).forEach(example -> items.add(item(example)));

        List<Shard> shards = ShardPlan.cut("paper", "mmlu", 5, items);

        assertThat(shards).extracting(shard -> shard.items().size()).containsExactly(200, 100, 256, 256, 88);
        assertThat(shards).extracting(Shard::index).containsExactly(0, 1, 2, 3, 4);
        assertThat(shards.stream().flatMap(shard -> shard.items().stream())).containsExactlyElementsOf(items);
    }

    @Test
    void questionsOfOnePassageStayTogether() {
        List<Shard.Item> items = new ArrayList<>();
        for (int passage = 0; passage < 30; passage++) {
            for (int question = 0; question < 20; question++) {
                String name = "p" + passage;
                items.add(item(new Example.Drop(name + "/" + question, name, "text", "question", List.of())));
            }
        }

        List<Shard> shards = ShardPlan.cut("paper", "drop", 3, items);

        assertThat(shards).hasSize(3);
        for (Shard shard : shards) {
            assertThat(shard.items()).hasSizeLessThanOrEqualTo(ShardPlan.SHARD_EXAMPLES);
            assertThat(shard.items().size() % 20).isZero();
        }
    }

    @Test
    void nothingToEvaluateIsNoShard() {
        assertThat(ShardPlan.cut("paper", "piqa", 0, List.of())).isEmpty();
        assertThat(ShardPlan.choose(List.of(), 20)).isEmpty();
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

    private static Shard.Item item(Example example) {
        return new Shard.Item(example, mhc.eval.Shots.NONE);
    }
}
