package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On {@code s3a:}, with a stand-in of S3 in another process. */
class ObjectStoreRunTest extends RemoteRun {
    private static final Pattern STARTED = Pattern.compile("Tomcat started on ports .* (\\d+) \\(http\\)");
    private static final Duration LONGEST = Duration.ofMinutes(2);

    @TempDir
    private static Path disk;

    private static Process server;
    private static String port;

    @BeforeAll
    static void start() throws Exception {
        Path log = disk.resolve("server.log");
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dcom.adobe.testing.s3mock.store.root=" + Files.createDirectory(disk.resolve("store")),
                        "-Dcom.adobe.testing.s3mock.store.initialBuckets=bucket",
                        "-jar",
                        jar().toString(),
                        "--server.port=0",
                        "--http.port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Instant until = Instant.now().plus(LONGEST);
        Matcher started = STARTED.matcher("");
        while (!started.find()) {
            assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
            assertThat(Instant.now()).as(Files.readString(log)).isBefore(until);
            Thread.sleep(50);
            started = STARTED.matcher(Files.readString(log));
        }
        port = started.group(1);
    }

    /** The jar of the whole server: its launcher is the only class of it on this class path. */
    private static Path jar() throws ClassNotFoundException, URISyntaxException {
        Class<?> launcher = Class.forName("org.springframework.boot.loader.launch.JarLauncher");
        return new File(launcher.getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toPath();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    @Override
    String store() {
        return "s3a://bucket/mhc";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "fs.s3a.endpoint", "http://localhost:" + port,
                "fs.s3a.endpoint.region", "us-east-1",
                "fs.s3a.path.style.access", "true",
                "fs.s3a.access.key", "name",
                "fs.s3a.secret.key", "not-secret");
    }
}
