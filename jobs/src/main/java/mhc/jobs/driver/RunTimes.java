package mhc.jobs.driver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.run.RunDirectory;

/**
 * Where the time of one start goes: before it, into the plan, into answers, into what surrounds them, into the report.
 */
final class RunTimes {
    private final double startUp = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
    private final long start = System.nanoTime();
    private double plan;
    private double evaluate;
    private double answer;
    private double commit;
    private double report;
    private int executors;
    private double idle;

    /** The plan is made and the run directory claimed. */
    void planned() {
        plan = seconds(start);
    }

    /**
     * The Spark job of some shards began at a {@link System#nanoTime()}.
     *
     * @param slots shards that run side by side
     */
    void evaluated(long from, List<ShardResult> results, int slots) {
        evaluate += seconds(from);
        answer += answering(results);
        commit += results.stream().mapToDouble(ShardResult::commitSeconds).sum();
        executors = Math.min(slots, results.size());
        idle = idle(results, executors);
    }

    /** Part of so many executors' time, from the first shard's start to the last one's end, with no shard to do. */
    static double idle(List<ShardResult> results, int executors) {
        double from = results.stream().mapToLong(ShardResult::fromMillis).min().orElse(0);
        double to = results.stream().mapToDouble(ShardResult::toMillis).max().orElse(0);
        double busy = results.stream()
                .mapToDouble(result -> result.toMillis() - result.fromMillis())
                .sum();
        return to <= from ? 0 : Math.max(0, 1 - busy / (executors * (to - from)));
    }

    /** The report was begun at a {@link System#nanoTime()}. */
    void reported(long from) {
        report = seconds(from);
    }

    /** Seconds in which at least one shard was being answered, the loading of its model included. */
    static double answering(List<ShardResult> results) {
        List<ShardResult> ordered = new ArrayList<>(results);
        ordered.sort(Comparator.comparingLong(ShardResult::fromMillis));
        long covered = 0;
        long end = Long.MIN_VALUE;
        for (ShardResult result : ordered) {
            covered += Math.max(0, result.answeredMillis() - Math.max(end, result.fromMillis()));
            end = Math.max(end, result.answeredMillis());
        }
        return covered / 1e3;
    }

    /** What plan, scheduling and commits take of plan and evaluation together. */
    double share() {
        double both = plan + evaluate;
        return both == 0 ? 0 : Math.max(0, both - answer) / both;
    }

    /** Seconds, and {@code overhead} and {@code idle} as parts of 1: see {@link #share()} and {@link #idle}. */
    ObjectNode json() {
        return RunDirectory.object()
                .put("seconds", seconds(start))
                .put("start_up_seconds", startUp)
                .put("plan_seconds", plan)
                .put("evaluate_seconds", evaluate)
                .put("answer_seconds", answer)
                .put("commit_seconds", commit)
                .put("executors", executors)
                .put("idle", idle)
                .put("report_seconds", report)
                .put("overhead", share());
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "time: start-up %.1f s, plan %.1f s, evaluation %.1f s (answers %.1f s, commits %.1f s), report %.1f s;"
                        + " plan, scheduling and commits are %.1f%% of plan and evaluation; %d executors were idle for"
                        + " %.1f%% of their time",
                startUp,
                plan,
                evaluate,
                answer,
                commit,
                report,
                100 * share(),
                executors,
                100 * idle);
    }

    private static double seconds(long from) {
        return (System.nanoTime() - from) / 1e9;
    }
}
