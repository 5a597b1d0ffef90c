package mhc.jobs.driver;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import mhc.jobs.executor.RunCounters;
import mhc.jobs.executor.ShardResult;

/**
 * Prints how far a model's evaluation is, every few seconds and only when something changed; one thread, closed with
 * the run.
 */
final class Progress implements AutoCloseable {
    private static final int SECONDS = 5;

    private final PrintStream out;
    private final String model;
    private final int shards;
    private final int examples;
    private final RunCounters counters;
    private final long start = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });
    private long shown;

    Progress(PrintStream out, String model, int shards, int examples, RunCounters counters) {
        this.out = out;
        this.model = model;
        this.shards = shards;
        this.examples = examples;
        this.counters = counters;
        clock.scheduleAtFixedRate(this::show, SECONDS, SECONDS, TimeUnit.SECONDS);
    }

    private void show() {
        long done = counters.examples().sum();
        if (done == shown) {
            return;
        }
        shown = done;
        double seconds = (System.nanoTime() - start) / 1e9;
        double rate = done / seconds;
        out.printf(
                "%s: shard %d/%d, example %d/%d, %d failed, %.1f examples/s, about %s left%n",
                model,
                counters.shards().sum(),
                shards,
                done,
                examples,
                counters.failed().sum(),
                rate,
                duration(Math.max(0, (examples - done) / rate)));
    }

    /** One line on the finished model. */
    void summarize(List<ShardResult> results) {
        double seconds = (System.nanoTime() - start) / 1e9;
        ShardResult first = results.get(0);
        out.printf(
                "%s: done, %d examples in %s on %s, kernels %s%n",
                model,
                results.stream().mapToInt(ShardResult::examples).sum(),
                duration(seconds),
                first.device(),
                first.kernels());
    }

    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60
                ? whole + " s"
                : whole < 3600
                        ? whole / 60 + " min " + whole % 60 + " s"
                        : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
