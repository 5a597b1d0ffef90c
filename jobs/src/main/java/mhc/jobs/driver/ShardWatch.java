package mhc.jobs.driver;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mhc.jobs.executor.RunCounters;
import mhc.jobs.plan.QueuedShard;
import mhc.jobs.run.RunProgress;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.util.LongAccumulator;

/**
 * Follows the shards of one Spark job: which are running, and what their executors' heartbeats say they have done.
 * Thread-safe.
 */
final class ShardWatch extends SparkListener {
    private final List<QueuedShard> queue;
    private final String group;
    private final Collection<RunCounters> counters;
    private final Set<Long> examples;
    private final Set<Long> failed;
    private final Set<Long> tokens;
    private final Map<Long, Task> running = new TreeMap<>();
    private final Set<Integer> done = new HashSet<>();
    private final long all;
    private final long start = System.currentTimeMillis();
    private int stage = -1;

    /** One attempt, and what it has done by its executor's last heartbeat. */
    private static final class Task {
        private final QueuedShard queued;
        private final String host;
        private final long since;
        private long examples;
        private long failed;
        private long tokens;

        private Task(QueuedShard queued, String host, long since) {
            this.queued = queued;
            this.host = host;
            this.since = since;
        }

        /** Part that is done, 0 to 1: by answers, or, as long as few have come, by tokens. */
        private double part() {
            double answered = (double) examples / queued.shard().items().size();
            double worked = Math.min(0.95, (double) tokens / queued.cost().tokens());
            return Math.max(answered, worked);
        }

        private RunProgress.Running told(long now) {
            double seconds = (now - since) / 1e3;
            double left = part() == 0 ? -1 : seconds * (1 - part()) / part();
            int of = queued.shard().items().size();
            return new RunProgress.Running(
                    queued.toString(), host, examples, of, tokens / Math.max(1e-3, seconds), left);
        }
    }

    /**
     * @param queue in the order of the job's partitions
     * @param group of the job, which has not begun
     */
    ShardWatch(List<QueuedShard> queue, String group, Collection<RunCounters> counters) {
        this.queue = queue;
        this.group = group;
        this.counters = counters;
        this.examples = ids(counters.stream().map(RunCounters::examples).toList());
        this.failed = ids(counters.stream().map(RunCounters::failed).toList());
        this.tokens = ids(counters.stream()
                .flatMap(one -> List.of(one.prefilled(), one.generated()).stream())
                .toList());
        this.all = queue.stream().mapToLong(shard -> shard.cost().total()).sum();
    }

    private static Set<Long> ids(List<LongAccumulator> accumulators) {
        return accumulators.stream().map(LongAccumulator::id).collect(Collectors.toSet());
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart job) {
        if (group.equals(job.properties().getProperty("spark.jobGroup.id"))) {
            stage = (int) job.stageIds().head();
        }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart task) {
        if (task.stageId() == stage) {
            QueuedShard queued = queue.get(task.taskInfo().partitionId());
            running.put(
                    task.taskInfo().taskId(),
                    new Task(queued, task.taskInfo().host(), task.taskInfo().launchTime()));
        }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd task) {
        if (running.remove(task.taskInfo().taskId()) != null && task.reason() == Success$.MODULE$) {
            done.add(task.taskInfo().partitionId());
        }
    }

    @Override
    public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        update.accumUpdates().foreach(entry -> {
            Task task = running.get((long) entry._1());
            if (task != null) {
                task.examples = sum(entry._4(), examples);
                task.failed = sum(entry._4(), failed);
                task.tokens = sum(entry._4(), tokens);
            }
            return null;
        });
    }

    private static long sum(scala.collection.immutable.Seq<AccumulableInfo> updates, Set<Long> ids) {
        long[] sum = {0};
        updates.foreach(update -> {
            if (ids.contains(update.id()) && update.update().isDefined()) {
                sum[0] += (long) update.update().get();
            }
            return null;
        });
        return sum[0];
    }

    /** Sums of the job's counters: accumulators of tasks that ended, and the heartbeats of the others. */
    synchronized RunProgress progress() {
        long now = System.currentTimeMillis();
        List<Task> tasks = new ArrayList<>(running.values());
        tasks.sort(Comparator.comparingLong(task -> task.since));
        double seconds = Math.max(1e-3, (now - start) / 1e3);
        double cost =
                done.stream().mapToLong(at -> queue.get(at).cost().total()).sum()
                        + tasks.stream()
                                .mapToDouble(
                                        task -> task.part() * task.queued.cost().total())
                                .sum();
        long answered = tasks.stream().mapToLong(task -> task.examples).sum();
        long lost = tasks.stream().mapToLong(task -> task.failed).sum();
        long worked = tasks.stream().mapToLong(task -> task.tokens).sum();
        for (RunCounters one : counters) {
            answered += one.examples().sum();
            lost += one.failed().sum();
            worked += one.prefilled().sum() + one.generated().sum();
        }
        return new RunProgress(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                done.size(),
                queue.size(),
                answered,
                queue.stream().mapToLong(shard -> shard.shard().items().size()).sum(),
                lost,
                worked / seconds,
                cost == 0 ? -1 : seconds * (all - cost) / cost,
                tasks.stream().map(task -> task.told(now)).toList());
    }
}
