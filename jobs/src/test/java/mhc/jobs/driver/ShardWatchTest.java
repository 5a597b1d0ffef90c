package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import mhc.datasets.Example;
import mhc.eval.Shots;
import mhc.jobs.executor.RunCounters;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardCost;
import mhc.jobs.run.RunDirectory;
import mhc.jobs.run.RunLease;
import mhc.jobs.run.RunStatus;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While a shard runs, its executor's heartbeats say how far it is; a line, the run directory and {@code status} show it. */
class ShardWatchTest {
    private static final String GROUP = "watched";
    private static final CountDownLatch WORKED = new CountDownLatch(1);

    @TempDir
    private Path folder;

    @Test
    void aRunningShardIsSeenBeforeItEnds() throws Exception {
        JavaSparkContext context =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        List<QueuedShard> queue = List.of(queued(0), queued(1));
        RunCounters counters = RunCounters.in(context.sc(), "m");
        ShardWatch watch = new ShardWatch(queue, GROUP, List.of(counters));
        RunDirectory directory = RunDirectory.at(folder.resolve("run").toString(), new Configuration());
        directory.claim(RunDirectory.object().put("name", "watched"));
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        context.sc().addSparkListener(watch);
        try (RunLease lease = RunLease.take(directory, false, out, () -> {});
                Heartbeat heartbeat = new Heartbeat(out, directory, lease, watch::progress, Duration.ofMillis(200))) {
            CompletableFuture<List<Integer>> job = CompletableFuture.supplyAsync(() -> {
                context.setJobGroup(GROUP, "test", true);
                return context.parallelize(List.of(0, 1), 2)
                        .map(index -> work(counters, index))
                        .collect();
            });

            await(() -> watch.progress().running().stream()
                    .anyMatch(shard -> shard.examples() == 1 && shard.tokensPerSecond() > 0));
            assertThat(watch.progress().running())
                    .filteredOn(shard -> shard.shard().equals("m piqa 1"))
                    .singleElement()
                    .satisfies(shard -> {
                        assertThat(shard.allExamples()).isEqualTo(4);
                        assertThat(shard.secondsLeft()).isPositive();
                        assertThat(shard.host()).isNotEmpty();
                    });
            await(() -> printed.toString(StandardCharsets.UTF_8).contains(": 1/4 examples"));
            await(() -> RunStatus.describe(directory.root().toString(), false).contains(": 1/4 examples"));
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .containsPattern("/2 shards, \\d/8 examples, 0 failed, \\d+ tokens/s, ")
                    .containsPattern("  m piqa 1 on \\S+: 1/4 examples, \\d+ tokens/s, about \\d+ s left");
            assertThat(RunStatus.describe(directory.root().toString(), false))
                    .containsPattern("In use by process \\d+ on \\S+ since \\S+, which wrote its heartbeat \\d+ s ago")
                    .containsPattern("Z: [01]/2 shards, ")
                    .contains("  m piqa 1 on ");

            WORKED.countDown();
            assertThat(job.get(60, TimeUnit.SECONDS)).containsExactly(0, 1);
            await(() -> watch.progress().shards() == 2);
            assertThat(watch.progress().running()).isEmpty();
            heartbeat.summarize(List.of());
        } finally {
            context.sc().removeSparkListener(watch);
        }
        assertThat(folder.resolve("run/_progress.json")).doesNotExist();
    }

    private static int work(RunCounters counters, int index) throws InterruptedException {
        counters.worked(100, 20);
        if (index == 1) {
            counters.examples().add(1);
            WORKED.await();
        }
        return index;
    }

    private static QueuedShard queued(int index) {
        List<Shard.Item> items = IntStream.range(0, 4)
                .mapToObj(i -> new Shard.Item(
                        new Example.Piqa("piqa/valid/" + i, "goal", List.of("yes", "no"), 0), Shots.NONE))
                .toList();
        return new QueuedShard(
                "m", new Shard("paper", "piqa", index, 0, items, false), new ShardCost(4, 0, 400, 200, 0, 50));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
            Thread.sleep(100);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
