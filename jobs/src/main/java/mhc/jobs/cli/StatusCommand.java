package mhc.jobs.cli;

import mhc.jobs.run.RunStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How far a run is, from its directory alone. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show how far a run is: committed and planned shards per model and benchmark.")
final class StatusCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", description = "Run directory.")
    private String run;

    @Option(names = "--verify", description = "Read every row, and hold it against the files' stamps and checksums.")
    private boolean verify;

    @Override
    public void run() {
        spec.commandLine().getOut().print(RunStatus.describe(run, verify));
    }
}
