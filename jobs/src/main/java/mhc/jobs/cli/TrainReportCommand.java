package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.train.TrainingReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Losses, gradients and gains of trained models side by side. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = {
            "Compare trained models: losses with their gaps to the plain residual, gradient norms, and gains over training",
            "and over depth, as tables, SVG and Parquet. Reads the Parquet of the trainings, no model."
        })
final class TrainReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RUN", arity = "1..*", description = "Directories of trainings.")
    private List<Path> runs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for pictures and Parquet (default: report in the first RUN).")
    private Path out;

    @Override
    public Integer call() {
        Path folder = out == null ? runs.get(0).resolve("report") : out;
        spec.commandLine().getOut().print(TrainingReport.write(runs, folder));
        return 0;
    }
}
