package mhc.jobs.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import mhc.datasets.InputException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The copy of a remote model that all threads and processes of a host share. */
class HostCopyTest {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int BYTES = 3_000_000;

    @TempDir
    private Path folder;

    private Path remote;
    private byte[] weights;

    @BeforeEach
    void aRemoteModel() throws IOException {
        remote = Files.createDirectory(folder.resolve("remote"));
        weights = new byte[BYTES];
        new Random(7).nextBytes(weights);
        Files.writeString(remote.resolve("config.json"), "{}");
        Files.write(remote.resolve("model.safetensors"), weights);
    }

    /** What another process on this host does. */
    public static void main(String[] arguments) {
        Configuration hadoop = WatchedFiles.configuration(Path.of(arguments[0]), arguments[3]);
        hadoop.set(ModelFolders.CACHE, arguments[1]);
        try (LogRecorder log = LogRecorder.of(HostCopy.class)) {
            Path copy = ModelFolders.localize(arguments[2], hadoop);
            log.warnings().forEach(System.out::println);
            System.out.println(copy);
        }
    }

    private Process process(String hangsAt, String log) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostCopyTest.class.getName(),
                        folder.resolve("notes").toString(),
                        folder.resolve("cache").toString(),
                        "watched:" + remote,
                        hangsAt)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(log).toFile())
                .start();
    }

    private Path localize() {
        Configuration hadoop = WatchedFiles.configuration(folder.resolve("notes"), "");
        hadoop.set(ModelFolders.CACHE, folder.resolve("cache").toString());
        return ModelFolders.localize("watched:" + remote, hadoop);
    }

    private List<String> opened() throws IOException {
        return Files.readAllLines(folder.resolve("notes"));
    }

    private String log(String name) throws IOException {
        return Files.readString(folder.resolve(name)).strip();
    }

    @Test
    void manyThreadsAndProcessesCopyOnce() throws Exception {
        List<Process> processes = List.of(process("", "first"), process("", "second"));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Path>> copies = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                copies.add(threads.submit(this::localize));
            }
            for (Future<Path> copy : copies) {
                assertThat(copy.get()).isEqualTo(localize());
            }
        } finally {
            threads.shutdownNow();
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).as(log("first") + log("second")).isZero();
        }

        assertThat(log("first")).endsWith(localize().toString());
        assertThat(log("second")).endsWith(localize().toString());
        assertThat(opened()).containsExactly("config.json", "model.safetensors");
        assertThat(localize().resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void aCopyThatAProcessWasKilledInIsFinished() throws Exception {
        Process process = process("model.safetensors", "killed");
        Instant until = Instant.now().plus(LONGEST);
        while (!Files.exists(folder.resolve("notes")) || opened().size() < 2) {
            assertThat(Instant.now()).as(log("killed")).isBefore(until);
            Thread.sleep(20);
        }
        assertThat(process.destroyForcibly().waitFor()).isEqualTo(128 + 9);

        assertThat(localize().resolve("model.safetensors")).hasBinaryContent(weights);
        assertThat(opened()).containsExactly("config.json", "model.safetensors", "model.safetensors");
    }

    @Test
    void aCopyThatWasDamagedIsMendedAndNamed() throws Exception {
        Path copy = localize().resolve("model.safetensors");
        byte[] damaged = weights.clone();
        damaged[BYTES / 2] ^= 1;
        Files.write(copy, damaged);

        assertThat(process("", "other").waitFor()).as(log("other")).isZero();

        assertThat(log("other")).contains(copy + " is not what was copied there");
        assertThat(copy).hasBinaryContent(weights);
        assertThat(opened()).containsExactly("config.json", "model.safetensors", "model.safetensors");
    }

    @Test
    void otherFilesAreAnotherCopy() throws IOException {
        Path first = localize();
        weights[0] ^= 1;
        Files.write(remote.resolve("model.safetensors"), weights);
        Files.setLastModifiedTime(
                remote.resolve("model.safetensors"), FileTime.from(Instant.now().plusSeconds(9)));

        assertThat(localize()).isNotEqualTo(first);
        assertThat(localize().resolve("model.safetensors")).hasBinaryContent(weights);
    }

    @Test
    void mistakesNameTheModelOrTheCache() throws IOException {
        Files.delete(remote.resolve("config.json"));
        assertThatThrownBy(this::localize)
                .isInstanceOf(InputException.class)
                .hasMessage("Model watched:" + remote
                        + " cannot be read (it has no config.json): give a folder or URI with config.json, *.safetensors"
                        + " and tokenizer.json");
        Files.writeString(remote.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("cache"), "a file");
        assertThatThrownBy(this::localize)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("The copy of model watched:" + remote + " cannot be written to "
                        + folder.resolve("cache") + " (")
                .hasMessageEndingWith("free space there, or name another folder with MHC_EVAL_CACHE");
    }
}
