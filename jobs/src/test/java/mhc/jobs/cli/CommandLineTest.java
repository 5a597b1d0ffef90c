package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import mhc.datasets.Samples;
import mhc.model.checkpoint.TinyCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user sees: exit status, and the last line on standard error. */
class CommandLineTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpAndVersionEverywhere() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("smoke", "run", "report", "gate", "status", "compare", "datasets", "model", "plan", "train");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("mhc-eval 0.", "Spark 4.", "libtorch 2.");
        for (String command : new String[] {
            "smoke", "run", "report", "gate", "status", "compare", "datasets", "model", "plan", "train"
        }) {
            assertThat(run(command, "--help")).as(command).isZero();
            assertThat(out.toString()).contains("Usage: mhc-eval " + command);
        }
        assertThat(run("model", "check", "--help")).isZero();
    }

    @Test
    void mistakesOnTheCommandLine() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).startsWith("mhc-eval: No command given").hasLineCount(1);
        assertThat(run("evaluate")).isEqualTo(2);
        assertThat(lastError()).startsWith("mhc-eval: ").contains("evaluate");
        assertThat(run("run", "--limit", "many")).isEqualTo(2);
        assertThat(lastError()).startsWith("mhc-eval: ").contains("--limit").contains("run --help");
        assertThat(run("status", folder.toString())).isEqualTo(2);
        assertThat(lastError()).startsWith("mhc-eval: ").contains("is not a run directory");
    }

    @Test
    void tooManyFailedExamplesAreTheLastLineAndAStatusOfTheirOwn() {
        CommandLine line =
                new CommandLine(new Main()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));

        assertThat(Main.complain(line, Optional.empty())).isZero();
        assertThat(Main.complain(line, Optional.of("2 of 3 examples of mhc on piqa failed")))
                .isEqualTo(3);

        assertThat(err.toString()).hasLineCount(1);
        assertThat(lastError()).isEqualTo("mhc-eval: 2 of 3 examples of mhc on piqa failed");
    }

    @Test
    void severalUnknownKeysAreAllListed() throws IOException {
        Path file = folder.resolve("run.yaml");
        Files.writeString(file, "benchmrks: [piqa]\ninference: {thread: 2}\n");

        assertThat(run("run", "--config", file.toString())).isEqualTo(2);

        assertThat(err.toString())
                .startsWith("mhc-eval: The configuration has ")
                .hasLineCount(1)
                .contains("unknown key benchmrks", "unknown key inference.thread", "data is missing", "out is missing");
    }

    @Test
    void dryRunCountsRequestsAndTokens() {
        Samples.copyTo(folder.resolve("data"));
        TinyCheckpoints.write(folder.resolve("mhc"), "mhc", 1);

        int status = run(
                "run",
                "--dry-run",
                "--data",
                folder.resolve("data").toString(),
                "--model",
                "mhc=" + folder.resolve("mhc"),
                "--benchmarks",
                "piqa,gsm8k",
                "--limit",
                "3",
                "--out",
                folder.resolve("run").toString());

        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(out.toString()).containsPattern("piqa +3 +6 ").containsPattern("gsm8k +3 +3 ");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    @Test
    void fidelityOfTheBundledModels() {
        assertThat(run("bench", "fidelity", "--set", "benchmarks=[piqa,gsm8k]", "--set", "limit=2"))
                .isZero();

        assertThat(out.toString().lines())
                .hasSize(7)
                .filteredOn(line -> line.contains(" piqa "))
                .hasSize(3)
                .allMatch(line -> line.matches(
                        "\\w+ +piqa +2 +\\d+\\.\\d\\d% +0\\.\\d{4} +\\d\\.\\d{4} +- +[\\d.]+ +[\\d.]+ +\\d"));
        assertThat(out.toString().lines())
                .filteredOn(
                        line -> line.matches("\\w+ +gsm8k +2 +\\d+\\.\\d\\d% +- +- +[0-2]/2 +[\\d.]+ +[\\d.]+ +\\d"))
                .hasSize(3);
        assertThat(run("bench", "fidelity", "--sample", "piqa=many")).isEqualTo(2);
        assertThat(lastError()).contains("--sample \"many\" is not N or N/TASKS, such as 40/4");
    }

    @Test
    void planListsShards() throws IOException {
        Samples.copyTo(folder.resolve("data"));
        Path file = folder.resolve("run.yaml");
        Files.writeString(
                file,
                "{benchmarks: [piqa], data: '" + folder.resolve("data") + "', models: {a: /nowhere}, out: /nowhere}");

        assertThat(run("plan", "shards", "--config", file.toString(), "--set", "limit=2"))
                .isZero();

        assertThat(out.toString()).containsPattern("piqa +0 +2 +\\d+  piqa/");
        assertThat(run("plan", "shards", "--config", file.toString(), "--executors", "1,4"))
                .isZero();
        assertThat(out.toString())
                .containsPattern("piqa +1 +\\d+ +\\d+ +0\\.0%")
                .contains("1 models, 1 shards; times in thousands of tokens to prefill, estimated")
                .containsPattern("\n +1 +16 +1 +0\\.0% +\\d+\\.\\d +\\d+\\.\\d +0\\.0%\n +1 +1 +1 +0\\.0%")
                .containsPattern("\n +4 +4 +1 +0\\.0% +\\d+\\.\\d +\\d+\\.\\d +75\\.0%\n");
        assertThat(run("plan", "shards", "--config", file.toString(), "--executors", "0"))
                .isEqualTo(2);
        assertThat(lastError()).contains("--executors has a number below 1: give 1 or more");
        assertThat(run("plan", "shards", "--config", file.toString(), "--recorded", folder.toString()))
                .isEqualTo(2);
        assertThat(lastError()).contains("--recorded goes with --executors");
        assertThat(run(
                        "plan",
                        "shards",
                        "--config",
                        file.toString(),
                        "--executors",
                        "4",
                        "--recorded",
                        folder.toString()))
                .isEqualTo(2);
        assertThat(lastError()).contains(folder + " is not a run directory (it has no _run.json)");
        assertThat(run("plan", "shards", "--config", file.toString(), "--set", "shards.recorded=" + folder))
                .isEqualTo(2);
        assertThat(lastError()).contains(folder + " is not a run directory (it has no _run.json)");
    }

    @Test
    void planSimulatesAndDrawsPipelines() throws IOException {
        Path file = folder.resolve("plan.yaml");
        Files.writeString(file, "models: {small: {layers: 4, hidden: 64, expert: 32, routed: 8, heads: 2, ranks: 2}}");
        Path pictures = folder.resolve("pictures");

        assertThat(run("plan", "pipeline", "--config", file.toString(), "--out", pictures.toString()))
                .isZero();

        assertThat(out.toString())
                .contains("small: ", "2 ranks with stages of ", "8 micro-batches of 4096 tokens")
                .containsPattern("plain residual +\\d+\\.\\d\\d")
                .containsPattern("no stream of high priority +\\d+\\.\\d\\d +[+-]\\d+\\.\\d%")
                .containsPattern("rank 1 +\\d\\+\\d")
                .containsPattern("memory x 0.67 +\\d");
        assertThat(pictures.resolve("small-step.svg")).content().startsWith("<svg ");
        assertThat(pictures.resolve("small-pair.svg")).content().contains("priority");
        assertThat(run("plan", "pipeline", "--config", file.toString(), "--out", file.toString()))
                .isEqualTo(2);
        assertThat(lastError()).contains("cannot be written").contains("give another folder to --out");
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.execute(new Main(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private String lastError() {
        return err.toString().lines().reduce((first, second) -> second).orElse("");
    }
}
