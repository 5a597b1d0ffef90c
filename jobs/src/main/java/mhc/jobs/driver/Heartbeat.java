package mhc.jobs.driver;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import mhc.jobs.executor.ShardResult;
import mhc.jobs.run.Durations;
import mhc.jobs.run.RunDirectory;
import mhc.jobs.run.RunLease;
import mhc.jobs.run.RunProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how far an evaluation is, with a line on each running shard: every few seconds on a terminal and in the run
 * directory, once a minute in a log, and to Spark's metrics system whenever it asks. One thread, closed with the
 * evaluation.
 */
final class Heartbeat implements AutoCloseable {
    static final Duration ON_TERMINAL = Duration.ofSeconds(10);
    static final Duration IN_LOG = Duration.ofSeconds(60);

    /** On a large cluster, the shards that have run longest tell enough. */
    private static final int LINES = 16;

    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    private final PrintStream out;
    private final RunDirectory directory;
    private final RunLease lease;
    private final Supplier<RunProgress> source;
    private final long ticksToPrint;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "heartbeat");
        thread.setDaemon(true);
        return thread;
    });
    private final RunTotals totals;
    private final long start = System.nanoTime();
    private long ticks;

    /** @param print between two times that it prints */
    Heartbeat(PrintStream out, RunDirectory directory, RunLease lease, Supplier<RunProgress> source, Duration print) {
        this.out = out;
        this.directory = directory;
        this.lease = lease;
        this.source = source;
        this.totals = new RunTotals(source);
        long tick = Math.min(ON_TERMINAL.toMillis(), print.toMillis());
        this.ticksToPrint = print.toMillis() / tick;
        clock.scheduleAtFixedRate(this::beat, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** How often standard error wants to hear of a run. */
    static Duration interval() {
        return isTerminal() ? ON_TERMINAL : IN_LOG;
    }

    private static boolean isTerminal() {
        try {
            String error = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return error.startsWith("/dev/pts/") || error.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) { // an operating system without /proc
            return System.console() != null;
        }
    }

    private void beat() {
        try {
            RunProgress progress = source.get();
            if (++ticks % ticksToPrint == 0) {
                print(progress);
            }
            if (lease.lost().isEmpty()) {
                directory.writeProgress(progress);
            }
        } catch (IOException | RuntimeException e) { // an exception would end the clock without a word
            log.warn("How far the run is cannot be told", e);
        }
    }

    private void print(RunProgress progress) {
        StringBuilder text = new StringBuilder(progress.toString()).append('\n');
        progress.running().stream()
                .limit(LINES)
                .forEach(shard -> text.append("  ").append(shard).append('\n'));
        if (progress.running().size() > LINES) {
            text.append("  and ").append(progress.running().size() - LINES).append(" more shards are running\n");
        }
        out.print(text);
        out.flush();
    }

    /** One line on each finished model. */
    void summarize(List<ShardResult> results) {
        Map<String, List<ShardResult>> models =
                results.stream().collect(Collectors.groupingBy(ShardResult::model, TreeMap::new, Collectors.toList()));
        models.forEach((model, own) -> out.printf(
                "%s: done, %d examples on %s, kernels %s%n",
                model, examples(own), own.get(0).device(), own.get(0).kernels()));
        out.printf("%d examples in %s%n", examples(results), Durations.text((System.nanoTime() - start) / 1e9));
    }

    private static int examples(List<ShardResult> results) {
        return results.stream().mapToInt(ShardResult::examples).sum();
    }

    @Override
    public void close() {
        totals.close();
        clock.shutdownNow();
        try {
            if (clock.awaitTermination(ON_TERMINAL.toSeconds(), TimeUnit.SECONDS)
                    && lease.lost().isEmpty()) {
                directory.endProgress();
            }
        } catch (IOException e) {
            log.warn("A note on how far the run was is left in {}", directory.root(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
