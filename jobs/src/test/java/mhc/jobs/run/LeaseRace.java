package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mhc.datasets.InputException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Many that take one run directory on one store at the same moment. */
public final class LeaseRace {
    private static final int RACERS = 4;
    private static final RunLease.Times TIMES =
            new RunLease.Times(Duration.ofMillis(200), Duration.ofSeconds(20), Duration.ofSeconds(2));

    private LeaseRace() {}

    /** One of them owns the directory, the others are refused; and a file that is there is not created. */
    public static void requireOneOwner(String uri, Configuration hadoop) throws Exception {
        RunDirectory directory = RunDirectory.at(uri, hadoop);
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        List<RunLease> owners = new ArrayList<>();
        try {
            CyclicBarrier start = new CyclicBarrier(RACERS);
            List<Future<RunLease>> racers = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                racers.add(threads.submit(() -> {
                    start.await();
                    return RunLease.take(directory, false, silent(), () -> {}, TIMES);
                }));
            }
            for (Future<RunLease> racer : racers) {
                try {
                    owners.add(racer.get());
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(InputException.class);
                }
            }
            assertThat(owners).hasSize(1);
            owners.get(0).requireHeld();
        } finally {
            threads.shutdownNow();
            owners.forEach(RunLease::close);
        }
        requireCreatedOnce(new Path(directory.root(), "once"), hadoop);
    }

    private static void requireCreatedOnce(Path path, Configuration hadoop) throws IOException {
        LeaseFile file = LeaseFile.of(path, path.getFileSystem(hadoop));
        assertThat(file.create("first")).isTrue();
        assertThat(file.create("second")).isFalse();
        assertThat(file.read()).hasValue("first");
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    }
}
