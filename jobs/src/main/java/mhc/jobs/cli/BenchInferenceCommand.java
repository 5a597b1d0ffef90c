package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mhc.jobs.bench.InferenceBench;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import picocli.CommandLine.Command;
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
                    + " again, padding, and tokens per second."
        })
final class BenchInferenceCommand implements Callable<Integer> {
    private static final Pattern SAMPLE = Pattern.compile("(\\d{1,9})(?:/(\\d{1,9}))?");

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
    private List<String> assignments = new ArrayList<>();

    @Option(
            names = "--sample",
            paramLabel = "BENCHMARK=N[/TASKS]",
            description = "Examples, and from how many of its sub-tasks, such as mmlu=40/4 (default: 16 from all).")
    private Map<String, String> samples = new LinkedHashMap<>();

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
        Map<String, InferenceBench.Sample> wanted = new LinkedHashMap<>();
        samples.forEach((benchmark, sample) -> wanted.put(benchmark, sample(sample)));
        Settings settings = Settings.read(config);
        assignments.forEach(settings::assign);
        try (InferenceBench bench = new InferenceBench(
                RunConfigReader.read(settings),
                decode,
                repeats,
                spec.commandLine().getOut())) {
            bench.run(wanted, profile, answers, summary);
        }
        return 0;
    }

    private InferenceBench.Sample sample(String text) {
        Matcher matcher = SAMPLE.matcher(text);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--sample \"" + text + "\" is not N or N/TASKS, such as 40/4");
        }
        int tasks = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        return new InferenceBench.Sample(Integer.parseInt(matcher.group(1)), tasks);
    }
}
