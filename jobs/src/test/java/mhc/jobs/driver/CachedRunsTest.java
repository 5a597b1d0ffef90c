package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import mhc.jobs.config.Settings;
import mhc.jobs.run.RunDifference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs with a cache of answers. */
class CachedRunsTest {
    @TempDir
    private static Path inputs;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeInputs() throws IOException {
        SampleRuns.writeInputs(inputs);
    }

    @Test
    void aCacheAnswersAgainWithoutTheModel() throws IOException {
        Settings first = settings(folder.resolve("first"));
        first.assign("cache=" + folder.resolve("cache"));
        String report = run(first);
        Settings more = settings(folder.resolve("more"));
        more.assign("cache=" + folder.resolve("cache"));
        more.assign("limit=4");
        run(more);
        Settings second = settings(folder.resolve("second"));
        second.assign("cache=" + folder.resolve("cache"));

        assertThat(SampleRuns.results(run(second))).isEqualTo(SampleRuns.results(report));

        assertThat(RunDifference.between(
                                LocalSpark.session(),
                                folder.resolve("first").toString(),
                                folder.resolve("second").toString())
                        .isEmpty())
                .isTrue();
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            // Per model one file for each of the two shards of the first run, and of the two examples more; none for
            // the third.
            assertThat(files.filter(path -> path.toString().endsWith(".jsonl"))).hasSize(8);
        }
    }

    /** A full or unwritable disk below a cache costs its answers, never a row. */
    @Test
    void aCacheThatCannotBeWrittenOrReadCostsNoRow() throws IOException {
        run(settings(folder.resolve("without")));
        Settings full = settings(folder.resolve("full"));
        full.assign("cache=full:" + folder.resolve("cache"));
        Settings file = settings(folder.resolve("file"));
        file.assign("cache=" + Files.writeString(folder.resolve("no-folder"), ""));
        LocalSpark.session().sparkContext().hadoopConfiguration().set("fs.full.impl", FullDisk.class.getName());

        run(full);
        run(file);

        for (String name : List.of("full", "file")) {
            assertThat(RunDifference.between(
                                    LocalSpark.session(),
                                    folder.resolve("without").toString(),
                                    folder.resolve(name).toString())
                            .isEmpty())
                    .isTrue();
        }
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private static String run(Settings settings) {
        return SampleRuns.run(settings, false, OutputStream.nullOutputStream()).report();
    }

    private static Settings settings(Path out) {
        return SampleRuns.settings(inputs, out);
    }
}
