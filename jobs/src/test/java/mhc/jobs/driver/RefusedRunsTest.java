package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.jobs.config.Settings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says of bad input, and that it writes nothing then. */
class RefusedRunsTest {
    @TempDir
    private static Path inputs;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeInputs() throws IOException {
        SampleRuns.writeInputs(inputs);
    }

    @Test
    void missingModelsAreAllNamed() {
        Settings settings = settings(folder.resolve("run"));
        settings.assign("models.plain=" + folder.resolve("nowhere"));
        settings.assign("models.mhc=" + folder);

        assertThatThrownBy(() -> run(settings))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder.resolve("nowhere").toString())
                .hasMessageContaining("config.json");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void missingDataIsNamedAndNothingIsWritten() {
        Settings settings = settings(folder.resolve("run"));
        settings.assign("data=" + folder.resolve("nothing"));

        assertThatThrownBy(() -> run(settings))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nothing");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void aDirectoryWithSomethingElseIsRefused() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");

        assertThatThrownBy(() -> run(settings(folder)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds files that are not a run");
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void anUnwritableDirectoryIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");

        assertThatThrownBy(() -> run(settings(file.resolve("run"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(file.resolve("run").toString())
                .hasMessageContaining("give a writable directory");
    }

    private static String run(Settings settings) {
        return SampleRuns.run(settings, false, OutputStream.nullOutputStream()).report();
    }

    private static Settings settings(Path out) {
        return SampleRuns.settings(inputs, out);
    }
}
