package mhc.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import mhc.jobs.bench.Sample;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which questions of each benchmark are asked. */
final class SampleOption {
    @Option(
            names = "--sample",
            paramLabel = "BENCHMARK=N[/TASKS]",
            description = "Examples, and from how many of its sub-tasks, such as mmlu=40/4.")
    private Map<String, String> samples = new LinkedHashMap<>();

    /**
     * By benchmark.
     *
     * @throws ParameterException for a text that is none
     */
    Map<String, Sample> parsed(CommandSpec spec) {
        Map<String, Sample> parsed = new LinkedHashMap<>();
        samples.forEach((benchmark, text) -> parsed.put(
                benchmark,
                Sample.parse(text)
                        .orElseThrow(() -> new ParameterException(
                                spec.commandLine(), "--sample \"" + text + "\" is not N or N/TASKS, such as 40/4"))));
        return parsed;
    }
}
