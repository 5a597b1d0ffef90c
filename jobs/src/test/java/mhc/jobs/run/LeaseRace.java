package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Many that create the file of a lease at the same moment on one store. */
public final class LeaseRace {
    private static final int ROUNDS = 8;
    private static final int RACERS = 4;

    private LeaseRace() {}

    /** Each round has one winner, whose text stands, and the store itself says that it decides. */
    public static void requireOneWinner(Path folder, FileSystem files) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                LeaseFile file = LeaseFile.of(new Path(folder, "lease-" + round), files);
                assertThat(file.atomic()).isTrue();
                CyclicBarrier start = new CyclicBarrier(RACERS);
                List<Future<Boolean>> created = new ArrayList<>();
                for (int racer = 0; racer < RACERS; racer++) {
                    String text = "racer " + racer;
                    created.add(threads.submit(() -> {
                        start.await();
                        return file.create(text);
                    }));
                }
                List<String> winners = new ArrayList<>();
                for (int racer = 0; racer < RACERS; racer++) {
                    if (created.get(racer).get()) {
                        winners.add("racer " + racer);
                    }
                }
                assertThat(winners).hasSize(1);
                assertThat(file.read()).hasValue(winners.get(0));
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
