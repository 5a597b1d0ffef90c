package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.driver.DryRun;
import mhc.jobs.driver.Evaluation;
import mhc.jobs.driver.SparkSessions;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates models on benchmarks, from a configuration file, from flags, or from both. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Evaluate models on benchmarks and write a run directory; started again on it, continue.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mhc-eval run --config conf/table4.yaml",
            "  mhc-eval run --model mhc=/models/mhc --data /data/benchmarks --benchmarks piqa,mmlu --limit 50 --out"
                    + " runs/try"
        })
public final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML configuration; flags lie over it.")
    private Path config;

    @Option(
            names = "--model",
            paramLabel = "NAME=PATH",
            description = "A model; repeat for several. The first is the baseline.")
    private Map<String, String> models = new LinkedHashMap<>();

    @Option(names = "--data", paramLabel = "ROOT", description = "Folder or URI of the corpora.")
    private String data;

    @Option(names = "--benchmarks", paramLabel = "A,B", split = ",", description = "Benchmarks to run.")
    private List<String> benchmarks = new ArrayList<>();

    @Option(names = "--protocol", paramLabel = "NAME", description = "paper or lm-eval.")
    private String protocol;

    @Option(names = "--limit", paramLabel = "N", description = "Examples per benchmark, 0 = all.")
    private Integer limit;

    @Option(names = "--out", paramLabel = "DIR", description = "Run directory.")
    private String out;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any key of the configuration, such as inference.threads=2.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = "--dry-run", description = "Print requests, tokens and an estimate of the work; evaluate nothing.")
    private boolean dryRun;

    @Option(
            names = "--retry-failed",
            description = "Ask again what failed in an earlier start, and what was not asked; then report anew.")
    private boolean retryFailed;

    @Option(
            names = "--takeover",
            description = "Take the run directory from a process that owns it, at once; that one ends.")
    private boolean takeover;

    @Override
    public Integer call() throws IOException {
        RunConfig run = RunConfigReader.read(settings());
        if (dryRun) {
            spec.commandLine().getOut().print(DryRun.describe(run));
            return 0;
        }
        try (SparkSession spark =
                SparkSessions.open("mhc-eval " + run.name(), run.faults().retries())) {
            Evaluation.Result result =
                    Evaluation.run(run, spark, new Evaluation.Mode(retryFailed, takeover), System.err);
            spec.commandLine().getOut().print(result.report());
            return Main.complain(spec.commandLine(), result.complaint());
        }
    }

    private Settings settings() {
        Settings settings = config == null ? Settings.empty() : Settings.read(config);
        if (!models.isEmpty()) {
            settings.replaceModels(models);
        }
        putText(settings, "data", data);
        putText(settings, "protocol", protocol);
        putText(settings, "out", out);
        if (!benchmarks.isEmpty()) {
            settings.put("benchmarks", benchmarks);
        }
        if (limit != null) {
            settings.put("limit", limit);
        }
        assignments.forEach(settings::assign);
        return settings;
    }

    private static void putText(Settings settings, String key, String value) {
        if (value != null) {
            settings.put(key, value);
        }
    }
}
