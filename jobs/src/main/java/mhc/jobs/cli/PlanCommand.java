package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mhc.datasets.InputException;
import mhc.jobs.config.PipelineConfigReader;
import mhc.jobs.config.RunConfig;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.plan.PlanSimulation;
import mhc.jobs.plan.ShardListing;
import mhc.model.probe.pipeline.PipelinePlan;
import mhc.model.probe.pipeline.Timeline;
import mhc.model.probe.pipeline.TimelinePicture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at a run's plan without running it. */
@Command(name = "plan", mixinStandardHelpOptions = true, description = "Show what a run would do.")
final class PlanCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Command(
            name = "shards",
            mixinStandardHelpOptions = true,
            description = {
                "List the shards of a run: the units of scheduling, commit and resumption. Costs are in tokens to prefill.",
                "With --executors, simulate its queue instead, cut as configured (shards.executors) and cut for that"
                        + " number. again: part of the cost that is there because the plan is cut. floor: what no order of"
                        + " the shards is faster than. idle: part of the executors' time in which they wait for the last"
                        + " shard."
            })
    void shards(
            @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
                    Path config,
            @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
                    List<String> assignments,
            @Option(
                            names = "--executors",
                            paramLabel = "N",
                            split = ",",
                            description = "Numbers of executors to simulate, such as 8,64,1024.")
                    List<Integer> executors,
            @Option(
                            names = "--recorded",
                            paramLabel = "RUN",
                            description =
                                    "Take each request's cost from this run of the configuration, however it was cut.")
                    String recorded) {
        RunConfig run = RunConfigReader.read(settings(config, assignments));
        List<Integer> numbers = executors == null ? List.of() : executors;
        if (numbers.stream().anyMatch(number -> number < 1)) {
            throw new ParameterException(spec.commandLine(), "--executors has a number below 1: give 1 or more");
        }
        if (numbers.isEmpty() && recorded != null) {
            throw new ParameterException(spec.commandLine(), "--recorded goes with --executors: add --executors 8,64");
        }
        spec.commandLine()
                .getOut()
                .print(
                        numbers.isEmpty()
                                ? ShardListing.describe(run)
                                : PlanSimulation.describe(run, numbers, recorded == null ? "" : recorded));
    }

    @Command(
            name = "pipeline",
            mixinStandardHelpOptions = true,
            description = {
                "Simulate a step of training in DualPipe's bidirectional pipeline, with the plain residual and with mHC.",
                "pair ms: an overlapped forward and backward pass where the pipeline is full, on the slowest rank.",
                "more: beyond the plain residual. bubble: part of the step in which a rank computes nothing, mean of ranks.",
                "memory GB: of the rank that needs most."
            })
    void pipeline(
            @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
                    Path config,
            @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
                    List<String> assignments,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            description = "Draw each model's step, and an overlapped pair of it, into this folder.")
                    Path out) {
        List<PipelinePlan> plans = PipelineConfigReader.read(settings(config, assignments));
        PipelineTables tables = new PipelineTables(this::print);
        plans.forEach(tables::print);
        tables.printAssumptions(plans.get(plans.size() - 1));
        if (out != null) {
            plans.forEach(plan -> draw(Timeline.of(plan), out));
        }
    }

    private static Settings settings(Path config, List<String> assignments) {
        Settings settings = Settings.read(config);
        (assignments == null ? new ArrayList<String>() : assignments).forEach(settings::assign);
        return settings;
    }

    private static void draw(Timeline timeline, Path folder) {
        String name = timeline.plan().shape().name();
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name + "-step.svg"), TimelinePicture.ofStep(timeline));
            Files.writeString(
                    folder.resolve(name + "-pair.svg"),
                    TimelinePicture.ofPair(timeline, timeline.plan().step().ranks() / 2));
        } catch (IOException e) {
            throw new InputException(
                    folder + " cannot be written (" + e.getMessage() + "): give another folder to --out.", e);
        }
    }

    private void print(String format, Object... values) {
        spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No subcommand given: use plan shards or plan pipeline");
    }
}
