package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mhc.jobs.driver.ClusterProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C is no failure of a run. */
class InterruptionTest {
    @Test
    void aRunThatIsInterruptedSaysSoAndHowToGoOn(@TempDir Path folder) throws Exception {
        Process process = ClusterProgram.of(folder, Main.class, "smoke", "--out", "run")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader said = process.inputReader()) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                lines.add(line);
                if (line.startsWith("mhc: ")) { // the last model's shards are announced: evaluation begins
                    process.toHandle().destroy(); // the process's own would close what it still says
                }
            }
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).isEqualTo(143);
        assertThat(lines).containsOnlyOnce(Main.INTERRUPTION).noneMatch(line -> line.contains("internal failure"));
    }
}
