package mhc.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mhc.datasets.Samples;
import mhc.jobs.run.PredictionEdits;
import mhc.model.checkpoint.TinyCheckpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Model names that read as numbers, folders whose names read as patterns, and addresses that are refused. */
class NamesAndPathsTest {
    private static final String SECRET = "wJalrXUtnFEMI";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A report but for its last part, which says how fast the models were. */
    private static String results(String report) {
        return report.substring(0, report.indexOf("## Models"));
    }

    @Test
    void numbersNameModelsAndPatternsNameFolders() throws IOException {
        Path inputs = folder.resolve("in{put,s} [x]*?");
        Samples.copyTo(inputs.resolve("data"));
        TinyCheckpoints.write(inputs.resolve("plain"), "none", 1);
        TinyCheckpoints.write(inputs.resolve("mhc"), "mhc", 1);
        Path run = folder.resolve("g[1]");
        Path config = folder.resolve("run.yaml");
        Files.writeString(config, """
                benchmarks: [piqa]
                data: '%1$s/data'
                models: {7: '%1$s/plain', 1: '%1$s/plain', 01: '%1$s/mhc'}
                baseline: 7
                limit: 3
                cache: '%1$s/cache'
                out: '%2$s'
                """.formatted(inputs, run));
        List<String> again = List.of("run", "--config", config.toString());

        assertThat(execute(again)).as(err.toString()).isZero();
        String report = out.toString();
        assertThat(report).contains("| 7", "| 1 ", "| 01");
        assertThat(run.resolve("predictions/model=01/benchmark=piqa/part-00000.parquet"))
                .exists();
        try (Stream<Path> kept = Files.walk(inputs.resolve("cache"))) {
            assertThat(kept.filter(path -> path.toString().endsWith(".jsonl")))
                    .hasSize(2); // 7 and 1 are one checkpoint
        }

        Files.delete(run.resolve("manifest.json"));
        Files.delete(run.resolve("predictions/model=01/benchmark=piqa/part-00000.parquet"));
        Files.delete(run.resolve("predictions/model=1/benchmark=piqa/part-00000.parquet"));
        assertThat(execute(List.of("status", run.toString()))).isZero();
        assertThat(out.toString())
                .containsPattern("7 +piqa +1 +1")
                .containsPattern("01 +piqa +0 +1")
                .contains("2 shards left");
        assertThat(execute(again)).as(err.toString()).isZero();
        assertThat(results(out.toString())).isEqualTo(results(report));

        PredictionEdits.fail(
                run.resolve("predictions/model=01/benchmark=piqa/part-00000.parquet"), 1, "time-limit: made up");
        Files.delete(run.resolve("manifest.json"));
        assertThat(execute(Stream.concat(again.stream(), Stream.of("--retry-failed"))
                        .toList()))
                .as(err.toString())
                .isZero();
        assertThat(results(out.toString())).isEqualTo(results(report));

        assertThat(execute(List.of("report", run.toString(), "--baseline", "01")))
                .as(err.toString())
                .isZero();
        assertThat(execute(List.of("gate", run.toString(), run.toString())))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("held    01, PIQA", "held    7, PIQA");
        assertThat(execute(List.of("status", run.toString(), "--verify"))).isZero();
        assertThat(out.toString()).contains("complete: the manifest is written");

        Path copy = folder.resolve("{g}");
        copy(run, copy);
        assertThat(execute(List.of("compare", run.toString(), copy.toString())))
                .as(err.toString())
                .isZero();
        Files.move(copy.resolve("predictions/model=01"), copy.resolve("predictions/model=001"));
        assertThat(execute(List.of("compare", run.toString(), copy.toString()))).isEqualTo(1);
        assertThat(out.toString()).contains("  01 piqa ", "  001 piqa ");
    }

    /** Everything that takes an address. */
    private static List<String> commands() {
        return List.of(
                "status", "report", "gate", "compare", "datasets", "run-data", "run-out", "run-cache", "run-model");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void credentialsInAnAddressAreRefusedWithoutShowingThem(String command) throws IOException {
        assertRefused(
                command, "s3a://AKIAIOSFODNN7:" + SECRET + "@bucket/x", "s3a://***@bucket/x has credentials in it");
        assertThat(out + err.toString()).doesNotContain(SECRET, "AKIAIOSFODNN7");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aHostInAFileAddressIsRefused(String command) throws IOException {
        assertRefused(command, "file://runs/x", "file://runs/x names a host, runs, which ");
        assertThat(err.toString()).contains("give runs/x, /x or file:///x");
    }

    private void assertRefused(String command, String address, String sentence) throws IOException {
        List<String> arguments = command.startsWith("run-")
                ? run(command.substring("run-".length()), address)
                : switch (command) {
                    case "gate", "compare" -> List.of(command, address, folder.toString());
                    case "datasets" -> List.of("datasets", "verify", "--data", address);
                    default -> List.of(command, address);
                };
        assertThat(execute(arguments)).as(err.toString()).isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).startsWith("mhc-eval: ").contains(sentence);
    }

    private List<String> run(String key, String address) {
        Map<String, String> given = new java.util.TreeMap<>(Map.of(
                "data",
                folder + "/data",
                "out",
                folder + "/out",
                "cache",
                folder + "/cache",
                "models.m",
                folder + "/m"));
        given.put(key.equals("model") ? "models.m" : key, address);
        return Stream.concat(
                        Stream.of("run", "--benchmarks", "piqa"),
                        given.entrySet().stream()
                                .flatMap(entry -> Stream.of("--set", entry.getKey() + "='" + entry.getValue() + "'")))
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(path -> {
                try {
                    Files.copy(path, to.resolve(from.relativize(path).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private int execute(List<String> arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.execute(
                new Main(), new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
