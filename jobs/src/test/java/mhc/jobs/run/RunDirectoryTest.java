package mhc.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run may be continued with, and what makes it another one. */
class RunDirectoryTest {
    @TempDir
    private Path folder;

    private RunDirectory directory;

    private static ObjectNode start(String build, int limit, int seconds, String cache) {
        ObjectNode start = RunDirectory.object().put("build", build);
        ObjectNode config = start.putObject("config").put("limit", limit).put("cache", cache);
        config.putObject("faults").put("example-seconds", seconds);
        return start;
    }

    @BeforeEach
    void begin() throws IOException {
        directory = RunDirectory.at(folder.resolve("run").toString(), new Configuration());
        directory.claim(start("0.1.0 aaaa", 3, 600, ""));
        Path part = Path.of(directory.part("m", "piqa", 0).toUri().getPath());
        Files.createDirectories(part.getParent());
        Files.writeString(part, "rows");
    }

    @Test
    void anotherBuildIsAnotherRun() {
        assertThatThrownBy(() -> directory.claim(start("0.1.0 bbbb", 3, 600, "")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("build was 0.1.0 aaaa and is 0.1.0 bbbb")
                .hasMessageNotContaining("config");
    }

    @Test
    void anotherLimitIsAnotherRun() {
        assertThatThrownBy(() -> directory.claim(start("0.1.0 aaaa", 4, 600, "")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("config.limit was 3 and is 4");
    }

    @Test
    void faultsAndCacheMayChange() {
        directory.claim(start("0.1.0 aaaa", 3, 1200, "/cache"));

        assertThat(directory.start().path("config").path("faults").path("example-seconds"))
                .hasToString("1200");
        assertThat(directory.start().path("config").path("cache").asText()).isEqualTo("/cache");
    }
}
