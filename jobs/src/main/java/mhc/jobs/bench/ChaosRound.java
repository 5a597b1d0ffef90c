package mhc.jobs.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import mhc.jobs.run.RowHash;
import org.apache.hadoop.conf.Configuration;

/** One round: a run that a fault befalls, started again until it ends by itself. */
final class ChaosRound {
    private static final int REFUSED = 2;
    private static final String NAMESPACE = "mount namespace";
    private static final String REPLACED = "replaced files";
    private static final String SENTENCE = "mhc-eval: ";
    private static final int MOST_STARTS = 4;
    private static final int LIMIT_SECONDS = 600;
    private static final int POLL_MILLIS = 20;

    private final StandaloneCluster cluster;
    private final ChaosInputs inputs;
    private final ChaosPlan plan;
    private final RowHash undisturbed;
    private final Configuration hadoop = new Configuration();
    private Path out;
    private StandaloneCluster.Driver driver;
    private String means = "";
    private String refusal = "";
    private boolean disturbing;
    private int starts;

    /**
     * What came of it.
     *
     * @param passed whether the rows are those of the undisturbed run, after one refusal at most
     * @param line for the user
     */
    record Outcome(boolean passed, String line) {}

    ChaosRound(StandaloneCluster cluster, ChaosInputs inputs, ChaosPlan plan, RowHash undisturbed) {
        this.cluster = cluster;
        this.inputs = inputs;
        this.plan = plan;
        this.undisturbed = undisturbed;
    }

    Outcome run(Path folder) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Path folderOfRun = folder.resolve("disk");
        RunDisk disk = plan.fault() == Fault.DISK_FULL ? RunDisk.small(folderOfRun) : RunDisk.plain(folderOfRun);
        try {
            out = disk.folder().resolve("run");
            String moment = disturbed(disk);
            String wrong = finished(disk);
            String line = String.format(
                    Locale.ROOT,
                    "seed %d: %s%s, %s: %s (%d starts, %.0f s)%s",
                    plan.seed(),
                    plan.fault(),
                    means.isEmpty() ? "" : " (" + means + ")",
                    moment,
                    wrong.isEmpty() ? "same rows" : wrong,
                    starts,
                    (System.nanoTime() - began) / 1e9,
                    refusal.isEmpty() ? "" : "\n    refused once: " + refusal);
            return new Outcome(wrong.isEmpty(), line);
        } finally {
            if (disturbing) {
                mend(disk);
            }
            disk.release();
        }
    }

    private StandaloneCluster.Driver start() throws IOException {
        starts++;
        return cluster.submit(inputs.config(), out, "driver-" + plan.seed() + "-" + starts);
    }

    /** Starts the run, waits for the moment, and strikes. */
    private String disturbed(RunDisk disk) throws IOException, InterruptedException {
        driver = start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (driver.process().isAlive() && parts() < plan.commits() && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS);
        }
        Thread.sleep((long) (1e3 * plan.delaySeconds()));
        int committed = parts();
        boolean late = !driver.process().isAlive();
        strike(disk);
        return String.format(
                Locale.ROOT, "after %d of %d commits%s", committed, undisturbed.parts(), late ? ", too late" : "");
    }

    /** Committed so far, by their names alone: the files beside them come and go. */
    private int parts() throws IOException {
        int parts = 0;
        for (Path model : listed(out.resolve("predictions"), "model=*")) {
            for (Path benchmark : listed(model, "benchmark=*")) {
                parts += listed(benchmark, "part-*.parquet").size();
            }
        }
        return parts;
    }

    private static List<Path> listed(Path folder, String names) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, names)) {
            entries.forEach(found::add);
        }
        return found;
    }

    private void strike(RunDisk disk) throws IOException, InterruptedException {
        disturbing = plan.fault().isRefusable();
        switch (plan.fault()) {
            case EXECUTOR_KILLED -> victim().forEach(ProcessHandle::destroyForcibly);
            case DRIVER_KILLED -> driver.process().destroyForcibly().waitFor();
            case WORKER_KILLED -> cluster.killWorker(plan.victim());
            case EXECUTOR_STOPPED -> stop();
            case DISK_FULL -> {
                means = disk.means();
                disk.fill(cluster.executors());
            }
            case OTHER_WEIGHTS -> otherWeights();
        }
    }

    /** None where there is none at that moment. */
    private List<ProcessHandle> victim() {
        List<ProcessHandle> executors = cluster.executors();
        return executors.isEmpty() ? List.of() : List.of(executors.get(plan.victim() % executors.size()));
    }

    /** It goes on later, when others have long done its work, unless Spark has ended it before. */
    private void stop() throws InterruptedException {
        for (ProcessHandle executor : victim()) {
            SystemCommand.signal("STOP", executor);
            driver.process().waitFor((long) (1e3 * plan.stoppedSeconds()), TimeUnit.MILLISECONDS);
            means = String.format(Locale.ROOT, "for %.0f s", plan.stoppedSeconds());
            SystemCommand.signal("CONT", executor);
        }
    }

    /** In a new mount namespace; where that is not permitted, by other files under an executor that starts anew. */
    private void otherWeights() throws IOException, InterruptedException {
        if (cluster.replaceWorker(plan.victim(), inputs.model(), inputs.other())) {
            means = NAMESPACE;
        } else {
            means = REPLACED;
            inputs.swap();
            victim().forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** What the user was told to do; nothing of it may befall the next round. */
    private void mend(RunDisk disk) throws IOException, InterruptedException {
        disturbing = false;
        if (plan.fault() == Fault.DISK_FULL) {
            disk.free();
        } else if (means.equals(NAMESPACE)) {
            cluster.replaceWorker(plan.victim());
        } else if (means.equals(REPLACED)) {
            inputs.swap();
        }
    }

    /** Starts it again until it is complete; then the empty string, or what is wrong. */
    private String finished(RunDisk disk) throws IOException, InterruptedException {
        while (true) {
            if (!driver.process().waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return "not done after " + LIMIT_SECONDS + " s";
            }
            int status = driver.process().exitValue();
            boolean killed = plan.fault() == Fault.DRIVER_KILLED && starts == 1;
            if (status == 0) {
                return compared();
            }
            if (starts == MOST_STARTS) {
                return "not complete after " + starts + " starts: " + driver.lastWords();
            }
            String sentence = driver.lastWords();
            if (status == REFUSED
                    && sentence.startsWith(SENTENCE)
                    && plan.fault().isRefusable()
                    && refusal.isEmpty()) {
                refusal = sentence;
                mend(disk);
            } else if (!killed) {
                return "exit status " + status + ": " + sentence;
            }
            driver = start();
        }
    }

    private String compared() {
        if (!Files.exists(out.resolve("manifest.json"))) {
            return "no manifest";
        }
        RowHash rows = RowHash.of(out.toString(), hadoop);
        return rows.hash().equals(undisturbed.hash())
                ? ""
                : "OTHER ROWS: %d with hash %s".formatted(rows.rows(), rows.hash());
    }
}
