package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.bench.InferenceBench;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures one model's speed on each benchmark's own prompts. */
@Command(
        name = "inference",
        mixinStandardHelpOptions = true,
        description = {
            "Measure how fast the first model of a configuration answers each benchmark, without Spark.",
            "Prints the median seconds, prompt tokens, tokens run through the model, the share that was not computed"
                    + " again, padding, and tokens per second, for 16 examples where --sample names no other number."
        })
final class BenchInferenceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
    private List<String> assignments = new ArrayList<>();

    @Mixin
    private SampleOption samples;

    @Option(
            names = "--decode",
            paramLabel = "N",
            defaultValue = "0",
            description = "Generate as many tokens as the gold answer has, N at most, whatever they are"
                    + " (default: as the benchmark asks).")
    private int decode;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "3",
            description = "Measurements, after one that is not counted (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--profile",
            description = "Answer once more and print the seconds of each part of the model, by the engine's profiler.")
    private boolean profile;

    @Option(names = "--answers", paramLabel = "FILE", description = "Write questions and answers as lines of JSON.")
    private Path answers;

    @Option(names = "--summary", paramLabel = "FILE", description = "Write the measurements as lines of JSON.")
    private Path summary;

    @Override
    public Integer call() {
        if (repeats < 1 || decode < 0) {
            throw new ParameterException(spec.commandLine(), "--repeats must be at least 1 and --decode at least 0");
        }
        Settings settings = Settings.read(config);
        assignments.forEach(settings::assign);
        try (InferenceBench bench = new InferenceBench(
                RunConfigReader.read(settings),
                decode,
                repeats,
                spec.commandLine().getOut())) {
            bench.run(samples.parsed(spec), profile, answers, summary);
        }
        return 0;
    }
}
