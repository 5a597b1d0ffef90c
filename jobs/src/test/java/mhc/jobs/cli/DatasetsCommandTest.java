package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import mhc.datasets.InputException;
import mhc.datasets.Samples;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DatasetsCommandTest {
    @TempDir
    private Path data;

    private final StringWriter out = new StringWriter();

    @BeforeEach
    void samples() {
        Samples.copyTo(data);
    }

    private String run(String... arguments) {
        CommandLine command = new CommandLine(new DatasetsCommand()).setOut(new PrintWriter(out));
        assertThat(command.execute(arguments)).isZero();
        return out.toString();
    }

    private InputException failure(String... arguments) {
        CommandLine command = new CommandLine(new DatasetsCommand()).setOut(new PrintWriter(out));
        InputException[] thrown = new InputException[1];
        command.setExecutionExceptionHandler((exception, line, parsed) -> {
            thrown[0] = (InputException) exception;
            return 2;
        });
        assertThat(command.execute(arguments)).isEqualTo(2);
        return thrown[0];
    }

    @Test
    void verifyShowsOneAlignedLineForEachFileThatIsRead() {
        String[] lines = run("verify", "--data", data.toString()).split("\\R");
        assertThat(lines).hasSize(1 + 15); // eight evaluation files, seven pools: PIQA is asked without shots
        assertThat(lines[0]).startsWith("benchmark  role");
        int items = lines[0].indexOf("items");
        assertThat(lines[1]).startsWith("bbh").contains("BBH task JSON").contains(data + "/bbh/bbh");
        assertThat(lines[1].substring(items)).startsWith("16 ");
        assertThat(lines[2].substring(items)).startsWith("12 ");
    }

    @Test
    void listTakesBenchmarksAndFiles() {
        String table = run(
                "list",
                "--data",
                data.toString(),
                "--benchmarks",
                "gsm8k,piqa",
                "--file",
                "gsm8k.pool=gsm8k/train.jsonl");
        assertThat(table.split("\\R")).hasSize(1 + 3);
        assertThat(table)
                .contains("files.gsm8k.pool names it")
                .contains(data + "/gsm8k/train.jsonl")
                .doesNotContain("cot_8shot");
    }

    @Test
    void theProtocolSaysWhichExemplarsAreRead() {
        assertThat(run("list", "--data", data.toString(), "--benchmarks", "gsm8k"))
                .contains("cot_8shot.jsonl");
        assertThat(run("list", "--data", data.toString(), "--benchmarks", "gsm8k", "--protocol", "lm-eval"))
                .contains("gsm8k/train.jsonl");
    }

    @Test
    void verifyReportsTheProblemsOfAllBenchmarksAndShowsTheOthers() throws IOException {
        Files.delete(data.resolve("gsm8k/cot_8shot.jsonl"));
        Files.writeString(data.resolve("piqa/valid-labels.lst"), "0\n1\n");
        InputException problems = failure("verify", "--data", data.toString(), "--benchmarks", "gsm8k,mmlu,piqa");
        assertThat(problems.getMessage().split("\\R")).hasSize(2);
        assertThat(problems)
                .hasMessageContaining("there is no few-shot file of gsm8k (looked for cot.jsonl)")
                .hasMessageContaining("valid-labels.lst has 2 labels for the 16 rows of");
        assertThat(out.toString()).contains("gsm8k/test.jsonl").contains("mmlu/dev");
    }

    @Test
    void wrongNamesAreExplained() {
        assertThat(failure("list", "--data", data.toString(), "--benchmarks", "gsm9k"))
                .hasMessage("Protocol paper has no benchmark \"gsm9k\": choose among"
                        + " bbh, drop, gsm8k, hellaswag, math, mmlu, piqa, triviaqa.");
        assertThat(failure("list", "--data", data.toString(), "--file", "drop=x.json"))
                .hasMessage("--file drop=...: the name must end in .eval or .pool, such as drop.eval");
        assertThat(failure("verify", "--data", data + "/nowhere"))
                .hasMessage(data + "/nowhere: no such data folder; check the path");
    }

    @Test
    void whatGenerateWritesIsADataRoot() throws IOException {
        Path root = data.resolve("curriculum");
        assertThat(run("generate", "--out", root.toString(), "--items", "20", "--documents", "30"))
                .contains("20 test items of each benchmark");
        String[] lines = run("verify", "--data", root.toString()).split("\\R");
        int items = lines[1].indexOf("items");
        assertThat(lines[2].substring(items)).startsWith("20 ");
        assertThat(Files.readAllLines(root.resolve("documents.jsonl")))
                .hasSize(30)
                .allMatch(line -> line.startsWith("\"") && line.endsWith("\""));
    }

    @Test
    void generateRefusesCountsBelowOne() {
        assertThat(failure("generate", "--out", data.toString(), "--items", "0").getMessage())
                .startsWith("--items must be at least 1");
    }
}
