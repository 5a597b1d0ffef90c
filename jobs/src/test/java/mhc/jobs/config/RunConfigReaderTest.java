package mhc.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mhc.datasets.FileOverride;
import mhc.datasets.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigReaderTest {
    private static final String SMALLEST = """
        benchmarks: [piqa]
        data: /data
        models: {a: /models/a}
        out: /runs/a
        """;

    @Test
    void defaults() {
        RunConfig config = RunConfigReader.read(Settings.parse(SMALLEST));

        assertThat(config)
                .isEqualTo(new RunConfig(
                        "mhc-eval",
                        "paper",
                        List.of("piqa"),
                        "/data",
                        Map.of(),
                        0,
                        Map.of(),
                        Map.of(),
                        Map.of("a", "/models/a"),
                        "a",
                        new RunConfig.Inference(
                                "auto", List.of(), "float32", "auto", "expanded", 16_384, 0, true, false, List.of(0)),
                        new RunConfig.Shards(16, ""),
                        new RunConfig.Faults(2, 600, 6000, 0.005),
                        "",
                        "/runs/a"));
    }

    @Test
    void everyKey() {
        RunConfig config = RunConfigReader.read(Settings.parse("""
                name: table4
                protocol: paper
                benchmarks: [drop, gsm8k]
                data: hdfs:///data
                files:
                  drop: {eval: drop/a.json, pool: drop/b.json}
                limit: 7
                shots: {drop: 1}
                chance: {drop: 12.5}
                models:
                  v1.0: /models/v1.0
                  mhc: s3a://bucket/mhc
                baseline: mhc
                inference:
                  device: cuda:1
                  dtype: bfloat16
                  kernels: fused
                  max-batch-tokens: 4096
                  threads: 3
                  prefix-cache: false
                  deterministic: true
                  weights: stored
                  position-offsets: [0, 3]
                shards: {executors: 8, recorded: /runs/before}
                faults: {retries: 5, example-seconds: 60, hang-seconds: 90, max-failed: 0.02}
                cache: /cache
                out: runs/x
                """));

        assertThat(config)
                .isEqualTo(new RunConfig(
                        "table4",
                        "paper",
                        List.of("drop", "gsm8k"),
                        "hdfs:///data",
                        Map.of("drop", new FileOverride("drop/a.json", "drop/b.json")),
                        7,
                        Map.of("drop", 1),
                        Map.of("drop", 12.5),
                        Map.of("v1.0", "/models/v1.0", "mhc", "s3a://bucket/mhc"),
                        "mhc",
                        new RunConfig.Inference(
                                "cuda:1",
                                List.of(),
                                "bfloat16",
                                "fused",
                                "stored",
                                4096,
                                3,
                                false,
                                true,
                                List.of(0, 3)),
                        new RunConfig.Shards(8, "/runs/before"),
                        new RunConfig.Faults(5, 60, 90, 0.02),
                        "/cache",
                        "runs/x"));
        assertThat(config.models().keySet()).containsExactly("v1.0", "mhc");
    }

    @Test
    void flagsLieOverTheDocument() {
        Settings settings = Settings.parse(SMALLEST);
        settings.assign("inference.threads=2");
        settings.assign("models.v1.5=/models/b");
        settings.assign("benchmarks=[mmlu, bbh]");
        settings.assign("files.mmlu.eval=mmlu/val");

        RunConfig config = RunConfigReader.read(settings);

        assertThat(config.inference().threads()).isEqualTo(2);
        assertThat(config.models()).containsExactly(Map.entry("a", "/models/a"), Map.entry("v1.5", "/models/b"));
        assertThat(config.benchmarks()).containsExactly("mmlu", "bbh");
        assertThat(config.filesOf("mmlu")).isEqualTo(new FileOverride("mmlu/val", ""));
        assertThat(config.filesOf("bbh")).isEqualTo(FileOverride.NONE);
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        assertThatThrownBy(() -> RunConfigReader.read(Settings.parse("""
            benchmark: [piqa]
            benchmarks: [piqa, piqa, arc]
            limit: -1
            shots: {boolq: 2}
            models: {"a b": /models/a}
            baseline: c
            inference: {threds: 2, dtype: fp8, prefix-cache: sometimes, max-batch-tokens: 0}
            faults: 3
            """)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unknown key benchmark: the keys here are name, protocol, benchmarks, data")
                .hasMessageContaining("benchmarks lists piqa twice")
                .hasMessageContaining("benchmarks names arc, which protocol paper does not have: use one of bbh, drop")
                .hasMessageContaining("limit is -1: expected a whole number of at least 0")
                .hasMessageContaining("shots names boolq")
                .hasMessageContaining("models names \"a b\": use letters, digits")
                .hasMessageContaining("baseline is c, which is not a model: use one of a b")
                .hasMessageContaining("unknown key inference.threds")
                .hasMessageContaining("inference.dtype is fp8: use float32 or bfloat16")
                .hasMessageContaining("inference.prefix-cache is \"sometimes\": use true or false")
                .hasMessageContaining("inference.max-batch-tokens is 0")
                .hasMessageContaining("faults is 3: expected a mapping")
                .hasMessageContaining("data is missing")
                .hasMessageContaining("out is missing");
    }

    @Test
    void severalDevices() {
        Settings settings = Settings.parse(SMALLEST);
        assertThat(RunConfigReader.read(settings).inference().devices()).isEmpty();
        settings.assign("inference.devices=[cuda:0, cuda:1]");
        assertThat(RunConfigReader.read(settings).inference().devices()).containsExactly("cuda:0", "cuda:1");
        settings.assign("inference.devices=auto");
        assertThat(RunConfigReader.read(settings).inference().devices()).containsExactly("auto");
        settings.assign("inference.device=cpu");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .hasMessageContaining("inference has device and devices: leave one of them out");
        settings.assign("inference.devices=[cuda:0, tpu]");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .hasMessageContaining("inference.devices names tpu: use cpu or cuda:N, or auto for all GPUs of a task");
        settings.assign("inference.devices=all");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .hasMessageContaining("inference.devices is all: use auto");
    }

    @Test
    void aSingleBenchmarkIsToldOnceThatAListIsMeant() {
        Settings settings = Settings.parse(SMALLEST);
        settings.assign("benchmarks=piqa");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .isInstanceOf(InputException.class)
                .hasMessage("benchmarks is \"piqa\": expected a list, such as [piqa, gsm8k]");
    }

    @Test
    void offsetsAreDistinctAndNotNegative() {
        for (String wrong : List.of("[]", "[0, 0]", "[-1]", "[0, 2000]")) {
            Settings settings = Settings.parse(SMALLEST);
            settings.assign("inference.position-offsets=" + wrong);
            assertThatThrownBy(() -> RunConfigReader.read(settings))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "inference.position-offsets is " + wrong + ": expected distinct whole numbers");
        }
        Settings settings = Settings.parse(SMALLEST);
        settings.assign("inference.position-offsets=[0, many]");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .hasMessageContaining("inference.position-offsets holds \"many\": expected whole numbers");
    }

    @Test
    void unknownProtocolNamesTheKnownOnes() {
        assertThatThrownBy(() -> RunConfigReader.read(Settings.parse(SMALLEST + "protocol: helm\n")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("helm")
                .hasMessageContaining("paper");
    }

    @Test
    void documentsThatAreNotMappings(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run.yaml");
        assertThatThrownBy(() -> Settings.read(file))
                .isInstanceOf(InputException.class)
                .hasMessage("Configuration " + file + " does not exist: give the path of a YAML file to --config");
        Files.writeString(file, "- a\n- b\n");
        assertThatThrownBy(() -> Settings.read(file)).hasMessageContaining("is not a mapping of keys to values");
        Files.writeString(file, "name: a\nlimit: [1\n");
        assertThatThrownBy(() -> Settings.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not valid YAML at line 2");
        Files.writeString(file, "name: a\nname: b\n");
        assertThatThrownBy(() -> Settings.read(file))
                .hasMessageContaining("Duplicate")
                .hasMessageContaining("line 2");
    }

    @Test
    void namesThatYamlReadsAsNumbersAreNames() {
        String models = "models: {7: /a, 01: /b, 1e3: /c}\n";
        String rest =
                SMALLEST.lines().filter(line -> !line.startsWith("models")).collect(Collectors.joining("\n")) + "\n";

        for (String name : List.of("7", "01", "1e3")) {
            RunConfig config = RunConfigReader.read(Settings.parse(rest + models + "baseline: " + name + "\n"));
            assertThat(config.baseline()).isEqualTo(name);
            assertThat(config.models()).containsOnlyKeys("7", "01", "1e3");
        }
        assertThatThrownBy(() -> RunConfigReader.read(Settings.parse(rest + "models: {1: /a, 0x1: /b}\nbaseline: 1\n")))
                .isInstanceOf(InputException.class)
                .hasMessage("baseline may be any of 1, 0x1: put the name in quotes");
        assertThat(RunConfigReader.read(Settings.parse(rest + "models: {1: /a, 0x1: /b}\nbaseline: '0x1'\n"))
                        .baseline())
                .isEqualTo("0x1");
    }

    @Test
    void addressesAreCheckedBeforeAnyOfThemIsWrittenDown() {
        Settings settings = Settings.parse(SMALLEST);
        settings.assign("cache=s3a://key:secret@bucket/cache");
        settings.assign("files.piqa.eval=file://data/piqa.jsonl");
        assertThatThrownBy(() -> RunConfigReader.read(settings))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cache s3a://***@bucket/cache has credentials in it")
                .hasMessageContaining("files.piqa.eval file://data/piqa.jsonl names a host, data")
                .hasMessageNotContaining("secret");
    }

    @Test
    void assignmentsThatAreNone() {
        Settings settings = Settings.parse(SMALLEST);
        assertThatThrownBy(() -> settings.assign("limit")).hasMessageContaining("is not key=value");
        assertThatThrownBy(() -> settings.assign("out.deep=1")).hasMessageContaining("out is a single value");
    }
}
