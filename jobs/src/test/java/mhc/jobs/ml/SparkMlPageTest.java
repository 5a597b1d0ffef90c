package mhc.jobs.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.Samples;
import mhc.jobs.driver.LocalSpark;
import mhc.model.checkpoint.TinyCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page's example is a class of these tests, word by word, and it runs. */
class SparkMlPageTest {
    @TempDir
    private Path folder;

    @Test
    void thePageHoldsTheExample() throws Exception {
        String source = Files.readString(Path.of("src/test/java/mhc/jobs/ml/SparkMlExample.java"));

        assertThat(Path.of("../docs/spark-ml.md"))
                .content(StandardCharsets.UTF_8)
                .contains("```java\n" + source + "```\n");
    }

    @Test
    void theExampleRuns() throws Exception {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("model"), "mhc", 1);
        LocalSpark.session();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            SparkMlExample.main(new String[] {
                folder.resolve("model").toString(),
                folder.resolve("data").toString(),
                folder.resolve("pipeline").toString()
            });
        } finally {
            System.setOut(before);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("gsm8k/test/0")
                .containsPattern("exact match of 4 answers: [01]\\.\\d{3}")
                .contains("Two and two are");
    }
}
