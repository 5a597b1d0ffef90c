package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mhc.jobs.config.RunConfigReader;
import mhc.jobs.config.Settings;
import mhc.jobs.plan.ShardListing;
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
            description = "List the shards of a run: the units of scheduling, commit and resumption.")
    void shards(
            @Option(names = "--config", paramLabel = "FILE", required = true, description = "YAML configuration.")
                    Path config,
            @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of the configuration.")
                    List<String> assignments) {
        Settings settings = Settings.read(config);
        (assignments == null ? new ArrayList<String>() : assignments).forEach(settings::assign);
        spec.commandLine().getOut().print(ShardListing.describe(RunConfigReader.read(settings)));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No subcommand given: use plan shards");
    }
}
