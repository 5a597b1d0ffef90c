package mhc.jobs.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures parts of the pipeline by themselves. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure speed, and what it costs.",
        subcommands = {
            BenchKernelsCommand.class,
            BenchInferenceCommand.class,
            BenchFidelityCommand.class,
            BenchRowsCommand.class,
            BenchRecomputeCommand.class
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "No subcommand given: use bench kernels, bench inference, bench fidelity, bench rows or bench recompute");
    }
}
