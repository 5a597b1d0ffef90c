package mhc.jobs.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.plan.PlanSimulation;
import mhc.jobs.plan.RequestCost;
import mhc.jobs.plan.Shard;
import mhc.jobs.plan.ShardPlan;
import mhc.jobs.run.PredictionEdits;
import mhc.jobs.run.RunDifference;
import mhc.jobs.run.RunStatus;
import mhc.model.checkpoint.TinyCheckpoints;
import mhc.reports.RunReport;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the bundled samples: what is written, and what a second start does. */
class EvaluationTest {
    @TempDir
    private static Path inputs;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @BeforeAll
    static void writeInputs() throws IOException {
        SampleRuns.writeInputs(inputs);
    }

    @Test
    void writesTheRunDirectoryAndContinuesIt() throws IOException {
        Path out = folder.resolve("run");

        String report = run(settings(out));

        assertThat(report)
                .contains("PIQA", "GSM8K", "plain", "mhc", "untrained weights")
                .contains("protocol paper ignores repetition_penalty 1.1 in generation_config.json of plain");
        assertThat(out.resolve("manifest.json")).content().contains("\"paper\"", "\"fingerprint\"", "\"kernels\"");
        JsonNode timings = new ObjectMapper()
                .readTree(out.resolve("manifest.json").toFile())
                .path("timings");
        assertThat(timings.path("answer_seconds").asDouble()).isPositive();
        assertThat(timings.path("evaluate_seconds").asDouble()).isPositive();
        assertThat(timings.path("overhead").asDouble()).isBetween(0.0, 1.0);
        assertThat(timings.path("idle").asDouble()).isBetween(0.0, 1.0);
        JsonNode hosts = new ObjectMapper()
                .readTree(out.resolve("manifest.json").toFile())
                .path("hosts");
        assertThat(hosts).hasSize(1);
        assertThat(hosts.get(0).path("host").asText()).isNotEmpty();
        assertThat(hosts.get(0).path("device").asText()).isEqualTo("cpu");
        assertThat(hosts.get(0).path("parts").asInt()).isEqualTo(4);
        assertThat(out.resolve("_progress.json")).doesNotExist();
        assertThat(PlanSimulation.describe(RunConfigReader.read(settings(out)), List.of(1, 4), out.toString()))
                .contains("2 models, 4 shards; times in seconds, by the answers of " + out)
                .containsPattern("\n +1 +16 +4 +0\\.0% +\\d+\\.\\d +\\d+\\.\\d +0\\.0%\n");
        Settings renamed = settings(out);
        renamed.assign("models.third=" + inputs.resolve("plain"));
        assertThat(PlanSimulation.describe(RunConfigReader.read(renamed), List.of(4), out.toString()))
                .contains("3 models, 6 shards; times in seconds, by the answers of " + out + " (third as plain)");
        assertThat(plannedByRecord(out)).allSatisfy((id, cost) -> {
            assertThat(cost.read()).isPositive();
            assertThat(cost.shared()).isLessThan(cost.read());
            assertThat(cost.generated() > 0).isEqualTo(id.startsWith("gsm8k/"));
        });
        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("time: start-up ");
        assertThat(out.resolve("predictions/model=mhc/benchmark=piqa/part-00000.parquet"))
                .exists();
        assertThat(out.resolve("report.md")).content(StandardCharsets.UTF_8).isEqualTo(report);
        assertThat(report).containsPattern("plain .*\\| none .* \\d\\.\\d{3} \\|");
        String regenerated = folder.resolve("regenerated").toString();
        assertThat(RunReport.write(LocalSpark.session(), List.of(out.toString()), regenerated)
                        .markdown())
                .isEqualTo(report);
        List<Row> comparison = LocalSpark.session()
                .read()
                .parquet(out.resolve("comparison").toString())
                .collectAsList();
        assertThat(comparison)
                .extracting(row -> row.<String>getAs("benchmark"))
                .containsExactlyInAnyOrder("piqa", "gsm8k");
        assertThat(RunStatus.describe(out.toString(), true)).contains("complete: the manifest is written");
        assertThat(prompts(out.resolve("manifest.json"), "gsm8k"))
                .isEqualTo(prompts(out.resolve("_run.json"), "gsm8k"))
                .isEqualTo(promptsOfRows(out.resolve("predictions/model=mhc/benchmark=gsm8k/part-00000.parquet")));

        // A run that lost its manifest and a shard, as after a kill, does only what is missing, and the rows are the
        // same.
        Path whole = folder.resolve("whole");
        copy(out, whole);
        Files.delete(out.resolve("manifest.json"));
        Files.delete(out.resolve("predictions/model=mhc/benchmark=piqa/part-00000.parquet"));
        assertThat(RunStatus.describe(out.toString(), true)).contains("unfinished, 1 shards left");
        progress.reset();
        String continued = run(settings(out));
        assertThat(SampleRuns.results(continued)).isEqualTo(SampleRuns.results(report));
        assertThat(progress.toString(StandardCharsets.UTF_8))
                .contains("mhc: 3 examples in 1 shards")
                .doesNotContain("plain:");
        assertThat(RunDifference.between(LocalSpark.session(), out.toString(), whole.toString())
                        .isEmpty())
                .isTrue();

        progress.reset();
        assertThat(run(settings(out))).isEqualTo(continued);
        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("is complete");

        Settings changed = settings(out);
        changed.assign("limit=2");
        changed.assign("inference.max-batch-tokens=64");
        assertThatThrownBy(() -> run(changed))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("config.limit was 3 and is 2")
                .hasMessageContaining("config.inference.max-batch-tokens was 16384 and is 64")
                .hasMessageContaining("give a new directory to out");
    }

    /** A report but for its last part, which says how fast the models were. */
    /** Costs by example of a plan that is cut by a finished run. */
    private static Map<String, RequestCost> plannedByRecord(Path finished) {
        Settings settings = settings(finished.resolveSibling("next"));
        settings.assign("shards.recorded=" + finished);
        Map<String, RequestCost> costs = new HashMap<>();
        for (ShardPlan.Planned planned : ShardPlan.of(RunConfigReader.read(settings), new Configuration())) {
            for (Shard shard : planned.shards()) {
                for (int i = 0; i < shard.items().size(); i++) {
                    costs.put(
                            shard.items().get(i).example().id(),
                            planned.requests().get(shard.index()).get(i));
                }
            }
        }
        return costs;
    }

    @Test
    void layersOnSeveralDevicesAndPromptsAtSeveralOffsets() {
        Settings settings = settings(folder.resolve("run"));
        settings.assign("inference.devices=[cpu, cpu]");
        settings.assign("inference.position-offsets=[0, 1, 3]");

        String report = run(settings);

        assertThat(report)
                .containsPattern("\\| +Spread \\|")
                .contains("PIQA: at position offsets 0, 1, 3, plain scores ")
                .contains("PIQA: at position offsets 0, 1, 3, mhc scores ")
                .contains("scored with 0, 1, 3 line feeds before each prompt");
        assertThat(folder.resolve("run/manifest.json")).content().contains("\"device\" : \"cpu+cpu\"");
        List<Row> scores = LocalSpark.session()
                .read()
                .parquet(folder.resolve("run/scores").toString())
                .filter("benchmark = 'piqa' and model = 'mhc' and metric in ('acc', 'acc@0')")
                .collectAsList();
        assertThat(scores).hasSize(2);
        assertThat(scores.get(0).<Double>getAs("value")).isEqualTo(scores.get(1).<Double>getAs("value"));

        Settings tooMany = settings(folder.resolve("other"));
        tooMany.assign("inference.devices=[cpu, cpu, cpu, cpu]");
        assertThatThrownBy(() -> run(tooMany))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("inference.devices names 4 devices for a model of 3 layers");
    }

    @Test
    void weightsReplacedAfterThePlanAreRefusedWithTheHost() throws IOException {
        Path model = folder.resolve("model");
        copy(inputs.resolve("plain"), model);
        Settings settings = settings(folder.resolve("run"));
        settings.assign("models.mhc=" + model);
        // The plan is made and the first model evaluated: then the second one's weights become others, as on a worker
        // with another checkpoint at the same path.
        PrintStream swap = new PrintStream(progress, true, StandardCharsets.UTF_8) {
            @Override
            public PrintStream printf(String format, Object... arguments) {
                if (arguments.length > 0 && arguments[0].equals("mhc")) {
                    TinyCheckpoints.write(model, "none", 2);
                }
                return super.printf(format, arguments);
            }
        };

        assertThatThrownBy(() -> Evaluation.run(RunConfigReader.read(settings), LocalSpark.session(), swap))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Model mhc in " + model + " on host ")
                .hasMessageContaining("but the run was planned with ")
                .hasMessageContaining("put the same weights, configuration and tokenizer on every host");
        assertThat(folder.resolve("run/predictions/model=mhc")).doesNotExist();
        assertThat(folder.resolve("run/manifest.json")).doesNotExist();
        assertThat(folder.resolve("run/_lease.json")).doesNotExist();
    }

    /** The driver would notice at its next heartbeat, seconds after the shards are done. */
    @Test
    void executorsOfARunThatLostItsDirectoryCommitNothing() {
        Path taken = folder.resolve("run");
        PrintStream taking = new PrintStream(progress, true, StandardCharsets.UTF_8) {
            @Override
            public PrintStream printf(String format, Object... arguments) {
                if (arguments.length > 0 && arguments[0].equals("mhc")) {
                    try {
                        Files.writeString(
                                taken.resolve("_lease.json"),
                                "{\"id\": \"other\", \"host\": \"node-7\", \"pid\": 41, \"since\": \"noon\", \"beat\": 0}");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return super.printf(format, arguments);
            }
        };

        assertThatThrownBy(() -> Evaluation.run(RunConfigReader.read(settings(taken)), LocalSpark.session(), taking))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("was taken over by process 41 on node-7 since noon");
        assertThat(taken.resolve("predictions")).doesNotExist();
        assertThat(taken.resolve("_lease.json")).content().contains("other");
    }

    @Test
    void partsThatAreNotTheRunsAreNamedAndEvaluatedAgain() throws IOException {
        Path whole = folder.resolve("whole");
        run(settings(whole));
        Path out = folder.resolve("run");
        copy(whole, out);
        Path foreign = folder.resolve("foreign");
        Settings other = settings(foreign);
        other.assign("models.mhc=" + inputs.resolve("plain"));
        other.assign("limit=3");
        run(other);
        Path piqa = Path.of("predictions/model=mhc/benchmark=piqa/part-00000.parquet");
        Path gsm8k = Path.of("predictions/model=mhc/benchmark=gsm8k/part-00000.parquet");
        replace(foreign.resolve(piqa), out.resolve(piqa));
        byte[] bytes = Files.readAllBytes(out.resolve(gsm8k));
        Files.write(out.resolve(gsm8k), Arrays.copyOf(bytes, bytes.length - 100));

        assertThat(RunStatus.describe(out.toString(), true))
                .contains(piqa + " is of a model with other files (fingerprint ")
                .contains(gsm8k + " cannot be read (")
                .contains("unfinished, 2 shards left");
        progress.reset();
        run(settings(out));

        assertThat(progress.toString(StandardCharsets.UTF_8))
                .contains(piqa + " is of a model with other files")
                .contains(gsm8k + " cannot be read")
                .contains("mhc: 6 examples in 2 shards")
                .doesNotContain("plain:");
        assertThat(RunDifference.between(LocalSpark.session(), out.toString(), whole.toString())
                        .isEmpty())
                .isTrue();

        // An edit that keeps stamp and rows in order is told by the manifest's checksum.
        PredictionEdits.fail(out.resolve(piqa), 0, "time-limit: made up");
        assertThat(RunStatus.describe(out.toString(), true))
                .contains(piqa + " was edited: its checksum is not the manifest's");
    }

    @Test
    void aRunThatCommittedNothingMakesWayForAnother() {
        Path out = folder.resolve("run");
        Settings fused = settings(out);
        fused.assign("inference.kernels=fused");
        fused.assign("inference.device=cuda:7");
        assertThatThrownBy(() -> run(fused)).isInstanceOf(InputException.class);
        assertThat(out.resolve("_run.json")).exists();

        assertThat(run(settings(out))).contains("PIQA");
    }

    @Test
    void failedRowsAreAskedAgainAndTheOthersStand() throws IOException {
        Path whole = folder.resolve("whole");
        run(settings(whole));
        Path out = folder.resolve("run");
        copy(whole, out);
        Path part = out.resolve("predictions/model=mhc/benchmark=piqa/part-00000.parquet");
        PredictionEdits.fail(part, 1, "time-limit: no answer within 1 s");
        Files.delete(out.resolve("manifest.json"));

        Evaluation.Result failed = run(settings(out), false);

        assertThat(failed.report()).contains("Not sound: 1 of 3 examples of mhc on piqa failed (time-limit 1)");
        assertThat(failed.complaint().orElseThrow())
                .startsWith("1 of 3 examples of mhc on piqa failed (time-limit 1), more than 0.5%: raise");
        assertThat(RunStatus.describe(out.toString(), true)).contains("failed (time-limit 1)");
        Settings patient = settings(out);
        patient.assign("faults.max-failed=0.5");
        assertThat(run(patient, false).complaint()).isEmpty();

        progress.reset();
        Settings again = settings(out);
        again.assign("faults.example-seconds=1200");
        Evaluation.Result mended = run(again, true);

        assertThat(progress.toString(StandardCharsets.UTF_8))
                .contains("mhc: 1 examples in 1 shards")
                .doesNotContain("plain:");
        assertThat(mended.complaint()).isEmpty();
        assertThat(mended.report()).doesNotContain("Not sound");
        assertThat(PredictionEdits.answers(part))
                .isEqualTo(PredictionEdits.answers(
                        whole.resolve("predictions/model=mhc/benchmark=piqa/part-00000.parquet")));
    }

    @Test
    void differencesBetweenRunsAreFound() throws IOException {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        run(settings(first));
        Settings other = settings(second);
        other.assign("models.mhc=" + inputs.resolve("plain"));
        run(other);

        RunDifference difference = RunDifference.between(LocalSpark.session(), first.toString(), second.toString());

        assertThat(difference.isEmpty()).isFalse();
        assertThat(difference.rows()).isEqualTo(difference.otherRows()).isEqualTo(12);
        assertThat(difference.examples()).allMatch(row -> row.startsWith("mhc "));
    }

    /** Without Hadoop's checksum of the old file, as a copy by hand leaves it. */
    private static void replace(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(to.resolveSibling("." + to.getFileName() + ".crc"));
    }

    private static String prompts(Path json, String benchmark) throws IOException {
        for (JsonNode entry : new ObjectMapper().readTree(json.toFile()).path("benchmarks")) {
            if (entry.path("name").asText().equals(benchmark)) {
                return entry.path("prompts").asText();
            }
        }
        return "absent";
    }

    /** The same from the rows of a benchmark's only shard: anyone can check a manifest. */
    private static String promptsOfRows(Path shard) {
        String hashes =
                LocalSpark.session().read().parquet(shard.toString()).select("request_hash").collectAsList().stream()
                        .map(row -> row.getString(0) + "\n")
                        .collect(Collectors.joining());
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(hashes.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private String run(Settings settings) {
        return run(settings, false).report();
    }

    private Evaluation.Result run(Settings settings, boolean retryFailed) {
        return SampleRuns.run(settings, retryFailed, progress);
    }

    private static Settings settings(Path out) {
        return SampleRuns.settings(inputs, out);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from).sorted(Comparator.naturalOrder())) {
            files.forEach(path -> {
                try {
                    Files.copy(path, to.resolve(from.relativize(path).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
