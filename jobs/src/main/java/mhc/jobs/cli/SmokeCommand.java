package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.eval.Benchmark;
import mhc.eval.curriculum.ChanceLine;
import mhc.eval.paper.PaperProtocol;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.Evaluation;
import mhc.jobs.driver.SparkSessions;
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
        Settings settings = SmokeInputs.write(directory.resolve("_inputs"), untrained);
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
}
