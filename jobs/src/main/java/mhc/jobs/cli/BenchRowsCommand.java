package mhc.jobs.cli;

import java.util.concurrent.Callable;
import mhc.jobs.bench.SyntheticRun;
import mhc.jobs.config.HadoopSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Invented predictions, to measure reports with. */
@Command(
        name = "rows",
        mixinStandardHelpOptions = true,
        description = "Write a run directory of invented predictions: what the command report is measured with.")
final class BenchRowsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "New directory.")
    private String out;

    @Option(
            names = "--models",
            defaultValue = "10",
            paramLabel = "N",
            description = "Models (default: ${DEFAULT-VALUE}).")
    private int models;

    @Option(
            names = "--rows",
            defaultValue = "2000000",
            paramLabel = "N",
            description = "Rows of all models together, about (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--shard",
            defaultValue = "256",
            paramLabel = "N",
            description = "Rows of a file (default: ${DEFAULT-VALUE}, as in a run).")
    private int shard;

    @Override
    public Integer call() {
        if (models < 1 || rows < 1 || shard < 1) {
            throw new ParameterException(spec.commandLine(), "--models, --rows and --shard must be at least 1");
        }
        new SyntheticRun(models, rows, shard).write(out, HadoopSettings.current());
        return 0;
    }
}
