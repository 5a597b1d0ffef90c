package mhc.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import mhc.jobs.cli.Main;
import mhc.model.train.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of a training, as by {@code kill -9}, and one that goes on with it. */
class KilledTrainingTest {
    private static final int STEPS = 600;
    private static final int KILLED = 128 + 9;
    private static final Duration LONGEST = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @Test
    void resumedItEndsAsIfNothingHadHappened() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("text"));
        Files.writeString(folder.resolve("text/a.txt"), "There are nine apples in the basket. ".repeat(9));
        Files.writeString(
                folder.resolve("train.yaml"), """
                models: {mhc: mhc}
                architecture: {hidden: 16, layers: 1, heads: 2, intermediate: 24, max-length: 32, streams: 2}
                train: {batch: 2, length: 32, steps: %d, warm-up: 2, checkpoint-every: 20, held-out: 2}
                data: {folder: '%s', held-out: '%s'}
                """.formatted(STEPS, folder.resolve("text"), folder.resolve("text")));

        Process process = start("killed");
        TrainingDirectory killed = new TrainingDirectory(folder.resolve("killed"));
        Instant until = Instant.now().plus(LONGEST);
        while (process.isAlive() && !Files.exists(killed.curve("mhc"))) {
            assertThat(Instant.now()).as("log: %s", log("killed")).isBefore(until);
            Thread.sleep(5);
        }
        assertThat(process.destroyForcibly().waitFor()).as(log("killed")).isEqualTo(KILLED);
        assertThat(Curve.read(killed.curve("mhc"))).hasSizeBetween(20, STEPS - 1);

        assertThat(start("killed", "--resume").waitFor()).as(log("killed")).isZero();
        assertThat(start("whole").waitFor()).as(log("whole")).isZero();

        TrainingDirectory whole = new TrainingDirectory(folder.resolve("whole"));
        assertThat(Files.readAllBytes(killed.state("mhc"))).isEqualTo(Files.readAllBytes(whole.state("mhc")));
        assertThat(Curve.read(killed.curve("mhc")))
                .extracting(Step::loss)
                .isEqualTo(
                        Curve.read(whole.curve("mhc")).stream().map(Step::loss).toList());
        assertThat(HeldOut.read(killed.heldOut("mhc"))).isEqualTo(HeldOut.read(whole.heldOut("mhc")));
        assertThat(SiteGain.read(killed.gains("mhc"))).isEqualTo(SiteGain.read(whole.gains("mhc")));
    }

    private Process start(String out, String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train",
                "--config",
                folder.resolve("train.yaml").toString(),
                "--set",
                "out=" + folder.resolve(out)));
        command.addAll(List.of(flags));
        File log = folder.resolve(out + ".log").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    private String log(String out) throws IOException {
        Path log = folder.resolve(out + ".log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
