package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import mhc.datasets.InputException;
import mhc.jobs.run.RunLease.Times;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One process owns a run directory; times of this test are a hundredth of the usual ones. */
class RunLeaseTest {
    private static final Times TIMES =
            new Times(Duration.ofMillis(50), Duration.ofMillis(1000), Duration.ofMillis(500));

    /** Of another host, so that nobody can say whether its process is there. */
    private static final String SILENT =
            "{\"id\":\"other\",\"host\":\"node-7\",\"pid\":41,\"since\":\"2026-01-01T00:00:00Z\",\"beat\":3}";

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @Test
    void aDirectoryInUseIsRefusedAndStaysWithItsOwner() {
        CountDownLatch loss = new CountDownLatch(1);
        try (RunLease first = take(false, loss)) {
            assertThatThrownBy(() -> take(false, new CountDownLatch(1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--takeover");
            first.requireHeld();
        }
        assertThat(loss.getCount()).isOne();
        assertThat(folder.resolve(RunLease.FILE)).doesNotExist();
    }

    @Test
    void anOwnerWithoutAHeartbeatIsWaitedForAndThenReplaced() throws IOException {
        Files.writeString(folder.resolve(RunLease.FILE), SILENT);

        try (RunLease lease = take(false, new CountDownLatch(1))) {
            lease.requireHeld();
        }

        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("owned by process 41 on node-7");
    }

    @Test
    void aTornFileOfADeadOwnerIsReplacedAsWell() throws IOException {
        Files.writeString(folder.resolve(RunLease.FILE), "{\"id\":\"oth");

        take(false, new CountDownLatch(1)).close();
    }

    @Test
    void anEndedProcessOfThisHostNeedsNoWaiting() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        String host = java.net.InetAddress.getLocalHost().getHostName();
        Files.writeString(
                folder.resolve(RunLease.FILE),
                SILENT.replace("node-7", host).replace("41", Long.toString(ended.pid())));

        take(false, new CountDownLatch(1)).close();

        assertThat(progress.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void takingOverTellsTheOwnerWhichLeavesTheFileAlone() throws Exception {
        CountDownLatch loss = new CountDownLatch(1);
        RunLease first = take(false, loss);
        try (RunLease second = take(true, new CountDownLatch(1))) {
            assertThat(loss.await(20, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(first::requireHeld)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("was taken over by process ");
            first.close();
            second.requireHeld();
        }
    }

    @Test
    void anExecutorSeesForItselfThatItsRunLostTheDirectory() throws Exception {
        RunDirectory directory = RunDirectory.at(folder.toString(), new Configuration(false));
        RunLease first = take(false, new CountDownLatch(1));
        LeaseTicket ticket = first.ticket();
        ticket.requireHeld(directory);
        try (RunLease second = take(true, new CountDownLatch(1))) {
            assertThatThrownBy(() -> ticket.requireHeld(directory))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("was taken over by process ");
            second.ticket().requireHeld(directory);
            first.close();
        }
        assertThatThrownBy(() -> ticket.requireHeld(directory))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("lost its _lease.json");
    }

    /** A store without renames shows an empty file while its owner writes it. */
    @Test
    void anExecutorWaitsForAFileThatIsJustBeingWritten() throws Exception {
        RunDirectory directory = RunDirectory.at(folder.toString(), new Configuration(false));
        Files.writeString(folder.resolve(RunLease.FILE), "");
        Thread owner = new Thread(() -> {
            try {
                Thread.sleep(700);
                Files.writeString(folder.resolve(RunLease.FILE), SILENT);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        owner.start();

        new LeaseTicket("other").requireHeld(directory);

        owner.join();
    }

    @Test
    void anOwnerWhoseFileIsGoneStops() throws Exception {
        CountDownLatch loss = new CountDownLatch(1);
        try (RunLease lease = take(false, loss)) {
            Files.delete(folder.resolve(RunLease.FILE));
            assertThat(loss.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(lease.lost())
                    .hasValueSatisfying(e -> assertThat(e).hasMessageContaining("lost its _lease.json"));
        }
    }

    /** With a file that is there already all of them take over, and the last one to write stays. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofManyAtTheSameMomentOneOwnsTheDirectory(boolean dead) throws Exception {
        if (dead) {
            Files.writeString(folder.resolve(RunLease.FILE), SILENT);
        }
        int many = 6;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<RunLease>> takers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(many);
        try {
            for (int i = 0; i < many; i++) {
                takers.add(threads.submit(() -> {
                    start.await();
                    return take(false, new CountDownLatch(1));
                }));
            }
            start.countDown();
            List<RunLease> owners = new ArrayList<>();
            for (Future<RunLease> taker : takers) {
                try {
                    owners.add(taker.get());
                } catch (java.util.concurrent.ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(InputException.class);
                }
            }
            assertThat(owners).hasSize(1);
            owners.get(0).requireHeld();
            owners.get(0).close();
        } finally {
            threads.shutdownNow();
        }
    }

    /** The way of every file system that is not a local disk, on one that Hadoop serves. */
    @Test
    void aRemoteFileIsCreatedOnceReplacedAndDeleted() throws IOException {
        org.apache.hadoop.fs.Path path =
                new org.apache.hadoop.fs.Path(folder.toUri().toString(), RunLease.FILE);
        LeaseFile file = new LeaseFile.Remote(path, FileSystem.getLocal(new Configuration(false)));

        assertThat(file.read()).isEmpty();
        assertThat(file.create("a")).isTrue();
        assertThat(file.create("b")).isFalse();
        assertThat(file.read()).hasValue("a");
        file.replace("c");
        assertThat(file.read()).hasValue("c");
        file.delete();
        assertThat(file.read()).isEmpty();
    }

    private RunLease take(boolean takeover, CountDownLatch loss) {
        RunDirectory directory = RunDirectory.at(folder.toString(), new Configuration(false));
        return RunLease.take(
                directory, takeover, new PrintStream(progress, true, StandardCharsets.UTF_8), loss::countDown, TIMES);
    }
}
