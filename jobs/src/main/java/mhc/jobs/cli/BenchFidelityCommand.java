package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.bench.FidelityBench;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import org.apache.hadoop.fs.FileUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what bfloat16 changes in a model's answers. */
@Command(
        name = "fidelity",
        mixinStandardHelpOptions = true,
        description = {
            "Ask every model of a configuration in float32 and in bfloat16, without Spark, and compare.",
            "Prints how often the most likely token behind a token of the prompts is the same, the mean and the largest"
                    + " difference of log-likelihoods in nats, equal texts, and the scores of both in percent;",
            "all examples of benchmarks that --sample does not name."
        })
final class BenchFidelityCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML configuration (default: the bundled models and test set of smoke).")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
    private List<String> assignments = new ArrayList<>();

    @Mixin
    private SampleOption samples;

    @Override
    public Integer call() throws IOException {
        if (config != null) {
            compare(Settings.read(config));
            return 0;
        }
        Path folder = Files.createTempDirectory("mhc-fidelity");
        try {
            Settings settings = SmokeInputs.write(folder.resolve("inputs"), false);
            settings.put("out", folder.resolve("run").toString());
            compare(settings);
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
        return 0;
    }

    private void compare(Settings settings) {
        assignments.forEach(settings::assign);
        new FidelityBench(
                        RunConfigReader.read(settings),
                        samples.parsed(spec),
                        spec.commandLine().getOut())
                .run();
    }
}
