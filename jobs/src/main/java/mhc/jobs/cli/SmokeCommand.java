package mhc.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import mhc.datasets.Samples;
import mhc.datasets.curriculum.CurriculumFiles;
import mhc.eval.Benchmark;
import mhc.eval.curriculum.ChanceLine;
import mhc.eval.paper.PaperProtocol;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.Evaluation;
import mhc.jobs.driver.SparkSessions;
import mhc.model.checkpoint.TinyCheckpoints;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The whole pipeline on inputs that the jar brings along: a table in about half a minute, on any laptop. */
@Command(
        name = "smoke",
        mixinStandardHelpOptions = true,
        description = "Evaluate three small bundled models on a synthetic test set, in local mode.")
final class SmokeCommand implements Callable<Integer> {
    private static final long UNTRAINED_SEED = 20251224;
    private static final long TEST_SEED = 7;
    private static final int TEST_ITEMS = 64;
    private static final Map<String, String> RESIDUALS = new LinkedHashMap<>();

    static {
        RESIDUALS.put("baseline", "none");
        RESIDUALS.put("hc", "hc");
        RESIDUALS.put("mhc", "mhc");
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR", description = "Run directory (default: runs/smoke-<time>).")
    private Path out;

    @Option(
            names = "--untrained",
            description =
                    "Evaluate tiny checkpoints made on the spot, on the bundled samples: their scores say nothing.")
    private boolean untrained;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration, such as limit=2.")
    private List<String> assignments = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Path directory = out == null
                ? Path.of("runs", "smoke-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")))
                : out;
        RunConfig run = RunConfigReader.read(settings(directory));
        try (SparkSession spark =
                SparkSessions.open("mhc-eval smoke", run.faults().retries())) {
            Evaluation.Result result = Evaluation.run(run, spark, System.err);
            spec.commandLine().getOut().print(result.report());
            spec.commandLine().getOut().println("\nRun directory: " + directory);
            return Main.complain(spec.commandLine(), result.complaint());
        }
    }

    private Settings settings(Path directory) {
        Settings settings = smokeSettings();
        Path inputs = directory.resolve("_inputs");
        settings.put("data", inputs.resolve("data").toString());
        settings.replaceModels(writeInputs(inputs));
        settings.put("out", directory.toString());
        if (!untrained) {
            for (Benchmark benchmark : PaperProtocol.PROTOCOL.benchmarks()) {
                double percent = 100 * ChanceLine.of(benchmark);
                settings.put("chance." + benchmark.name(), Math.round(10 * percent) / 10.0);
            }
        }
        assignments.forEach(settings::assign);
        return settings;
    }

    private static Settings smokeSettings() {
        try (InputStream in = SmokeCommand.class.getResourceAsStream("smoke.yaml")) {
            return Settings.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Data and checkpoints, unless an earlier start of the same run has written them. */
    private Map<String, String> writeInputs(Path inputs) {
        Path complete = inputs.resolve(".complete");
        Map<String, String> models = new LinkedHashMap<>();
        RESIDUALS.forEach((name, residual) ->
                models.put(name, inputs.resolve("models").resolve(name).toString()));
        try {
            if (!Files.exists(complete)) {
                Files.createDirectories(inputs);
                if (untrained) {
                    Samples.copyTo(inputs.resolve("data"));
                    RESIDUALS.forEach((name, residual) ->
                            TinyCheckpoints.write(Path.of(models.get(name)), residual, UNTRAINED_SEED));
                } else {
                    CurriculumFiles.write(inputs.resolve("data"), TEST_SEED, TEST_ITEMS);
                    for (String name : RESIDUALS.keySet()) {
                        Trio.write(name, Path.of(models.get(name)));
                    }
                }
                Files.createFile(complete);
            }
        } catch (IOException e) {
            throw new InputException(
                    "Run directory " + inputs.getParent() + " cannot be written (" + e.getMessage()
                            + "): give a writable directory to --out",
                    e);
        }
        return models;
    }
}
