package mhc.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mhc.datasets.InputException;
import mhc.reports.RunFixture.Example;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake of a user is one sentence that names the thing and the remedy. */
class RunMistakesTest {
    private static final Example RIGHT = Example.of("piqa/1", Map.of("acc", 1.0));

    @TempDir
    private Path folder;

    private Path part;

    @BeforeEach
    void locatePart() {
        part = folder.resolve("predictions/model=a/benchmark=piqa/part-00000.parquet");
    }

    @Test
    void noRun() {
        assertMistake().hasMessage("There is no run to report on: give at least one run directory");
    }

    @Test
    void emptyDirectory() {
        assertMistake(folder.toString())
                .hasMessage("Run directory " + folder + " holds no predictions:"
                        + " give a directory that a run was written to, or finish its run first");
    }

    @Test
    void directoryThatDoesNotExist() {
        Path absent = folder.resolve("absent");
        assertMistake(absent.toString()).hasMessage("Run directory " + absent + " does not exist: check the path");
    }

    @Test
    void runThatIsNotFinished() throws IOException {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT).write();
        Files.writeString(folder.resolve("_run.json"), "{\"name\": \"r\"}");
        assertMistake(run)
                .hasMessage("Run " + run + " is not finished (it has no manifest.json):"
                        + " finish it, or give --partial to report on what there is");
        RunReport.Result marked = RunReport.write(
                TestSpark.SESSION,
                List.of(run),
                run,
                ReportOptions.DEFAULT.withUnfinished(ReportOptions.Unfinished.MARKED));
        assertThat(marked.markdown()).contains("NOT FINISHED: " + folder.getFileName());
    }

    @Test
    void modelsThatWereNotAskedTheSame() {
        String run = new RunFixture(folder)
                .add("a", "piqa", RIGHT, Example.of("piqa/2", Map.of("acc", 0.0)))
                .add("b", "piqa", RIGHT.prompt("another"), Example.of("piqa/2", Map.of("acc", 1.0)))
                .write();
        assertMistake(run)
                .hasMessage("Benchmark piqa: 1 of 2 examples that a and b share have another prompt, 0 another cluster"
                        + " (the first: piqa/1): evaluate both on the same files with the same release, or give"
                        + " --allow-different-prompts");
        RunReport.Result marked =
                RunReport.write(TestSpark.SESSION, List.of(run), run, ReportOptions.DEFAULT.withDifferentPrompts(true));
        assertThat(marked.markdown())
                .contains("PIQA was NOT ASKED ALIKE: 1 of 2 examples that a and b share have another prompt")
                .contains("| 2 † |");
    }

    @Test
    void clustersThatDiffer() {
        String run = new RunFixture(folder)
                .add("a", "piqa", RIGHT)
                .add("b", "piqa", RIGHT.cluster("elsewhere"))
                .write();
        assertMistake(run).hasMessageContaining("share have another prompt, 1 another cluster (the first: piqa/1)");
    }

    @Test
    void baselineThatIsNotThere() {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT).write();
        assertThatThrownBy(() ->
                        RunReport.write(TestSpark.SESSION, List.of(run), run, ReportOptions.DEFAULT.withBaseline("b")))
                .isInstanceOf(InputException.class)
                .hasMessage("There is no model b to compare with: the runs hold a, give one of these to --baseline");
    }

    @Test
    void filesWithoutRows() {
        String run = new RunFixture(folder).add("a", "piqa").write();
        assertMistake(run).hasMessageContaining("hold no example: finish the run first");
    }

    @Test
    void notParquet() throws IOException {
        Files.createDirectories(part.getParent());
        Files.writeString(part, "these are not the rows you are looking for");
        assertDamaged();
    }

    @Test
    void emptyFile() throws IOException {
        Files.createDirectories(part.getParent());
        Files.write(part, new byte[0]);
        assertDamaged();
    }

    @Test
    void cutFile() throws IOException {
        new RunFixture(folder).add("a", "piqa", RIGHT).write();
        byte[] bytes = Files.readAllBytes(part);
        Files.write(part, Arrays.copyOf(bytes, bytes.length / 2));
        Files.deleteIfExists(part.resolveSibling(".part-00000.parquet.crc"));
        assertDamaged();
    }

    @Test
    void flippedBytes() throws IOException {
        new RunFixture(folder).add("a", "piqa", RIGHT).write();
        byte[] bytes = Files.readAllBytes(part);
        Arrays.fill(bytes, 4, 200, (byte) 0x5a);
        Files.write(part, bytes);
        Files.deleteIfExists(part.resolveSibling(".part-00000.parquet.crc"));
        assertDamaged();
    }

    /** What only the samples read is held to its checksum as well. */
    @Test
    void flippedBitOfAPrompt() throws IOException {
        new RunFixture(folder).add("a", "piqa", RIGHT).write();
        byte[] bytes = Files.readAllBytes(part);
        int place = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("Question");
        bytes[place] ^= 1;
        Files.write(part, bytes);
        Files.deleteIfExists(part.resolveSibling(".part-00000.parquet.crc"));
        assertDamaged();
    }

    @Test
    void parquetOfSomethingElse() throws IOException {
        Path other = folder.resolve("other");
        TestSpark.SESSION.range(3).coalesce(1).write().parquet(other.toString());
        Files.createDirectories(part.getParent());
        try (var files = Files.newDirectoryStream(other, "part-*.parquet")) {
            Files.copy(files.iterator().next(), part);
        }
        assertDamaged();
    }

    @Test
    void sameExampleTwice() {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT, RIGHT).write(2, false);
        assertMistake(run)
                .hasMessageStartingWith("Example piqa/1 of model a comes twice in ")
                .hasMessageEndingWith("its part files overlap, delete the foreign ones");
    }

    @Test
    void sameModelInTwoRuns() {
        String first =
                new RunFixture(folder.resolve("first")).add("a", "piqa", RIGHT).write();
        String second =
                new RunFixture(folder.resolve("second")).add("a", "bbh", RIGHT).write();
        assertMistake(first, second)
                .hasMessageMatching(
                        "Model a stands in \\S+/first and in \\S+/second: give each model another name, or report the runs apart");
    }

    @Test
    void modelsAskedDifferently() {
        assertMistake(with(RIGHT.asked("lm-eval", "1", 0)))
                .hasMessage("Benchmark piqa has protocol paper for model a and lm-eval for model b:"
                        + " report runs of one protocol at a time");
        assertMistake(with(RIGHT.asked("paper", "1", 4)))
                .hasMessage("Benchmark piqa has shots 0 for model a and 4 for model b:"
                        + " evaluate both with the same shots");
        assertMistake(with(RIGHT.asked("paper", "2", 0)))
                .hasMessage("Benchmark piqa has version 1 for model a and 2 for model b:"
                        + " evaluate both with the same release");
    }

    private String with(Example other) {
        return new RunFixture(folder.resolve(other.protocol() + other.version() + other.shots()))
                .add("a", "piqa", RIGHT)
                .add("b", "piqa", other)
                .write();
    }

    @Test
    void twoProtocolsOnDifferentBenchmarks() {
        String run = new RunFixture(folder)
                .add("a", "piqa", RIGHT)
                .add("a", "bbh", RIGHT.asked("lm-eval", "1", 0))
                .write();
        assertMistake(run)
                .hasMessageContaining("follow the protocols lm-eval and paper: report runs of one protocol at a time");
    }

    @Test
    void metricThatTheRowsDoNotHold() throws IOException {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT).write();
        Files.writeString(
                folder.resolve("manifest.json"), "{\"benchmarks\": [{\"name\": \"piqa\", \"metric\": \"bleu\"}]}");
        assertMistake(run)
                .hasMessage("Benchmark piqa has no metric bleu in its predictions, which hold acc:"
                        + " evaluate it again, or report it with the release that wrote it");
    }

    @Test
    void benchmarkThatNobodyKnows() {
        String run = new RunFixture(folder)
                .add("a", "riddles", Example.of("1", Map.of("acc", 1.0, "wit", 0.0)))
                .write();
        assertMistake(run)
                .hasMessage("Benchmark riddles holds acc; wit and nothing says which stands for it:"
                        + " keep its run's manifest.json beside it");
    }

    @Test
    void manifestThatIsNotJson() throws IOException {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT).write();
        Files.writeString(folder.resolve("manifest.json"), "{\"name\": ");
        assertMistake(run)
                .hasMessageEndingWith(
                        "manifest.json is not valid JSON: restore it, or delete it to report on the predictions alone");
    }

    @Test
    void scoreOutsideItsRange() {
        String run = new RunFixture(folder)
                .add("a", "piqa", Example.of("piqa/1", Map.of("acc", Double.NaN)))
                .write();
        assertMistake(run)
                .hasMessage("Example piqa/1 of piqa has acc NaN, expected 0 to 1:"
                        + " the run was written by another version, evaluate it again");
    }

    @Test
    void outputThatIsAFile() throws IOException {
        String run = new RunFixture(folder).add("a", "piqa", RIGHT).write();
        Path file = Files.writeString(folder.resolve("taken"), "");
        assertThatThrownBy(() -> RunReport.write(TestSpark.SESSION, List.of(run), file.toString()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("Report " + file + " cannot be written (")
                .hasMessageEndingWith("): give a writable directory to --out");
    }

    private void assertDamaged() {
        assertMistake(folder.toString())
                .hasMessageMatching("Predictions file file:(//)?" + part
                        + " is damaged or is not one: delete it and start its run again, which writes it anew");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertMistake(String... runs) {
        return assertThatThrownBy(() -> RunReport.write(
                        TestSpark.SESSION, List.of(runs), folder.resolve("out").toString()))
                .isInstanceOf(InputException.class);
    }
}
