package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import mhc.jobs.driver.SparkSessions;
import mhc.jobs.train.ScalingReport;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scaling curves of a ladder of trainings. */
@Command(
        name = "scaling",
        mixinStandardHelpOptions = true,
        description = "Fit and draw the held-out loss of a ladder's runs against compute and against tokens.")
final class TrainScalingCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "LADDER", description = "Directory that holds the runs' directories.")
    private Path ladder;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for pictures and Parquet (default: report in LADDER).")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Path folder = out == null ? ladder.resolve("report") : out;
        try (SparkSession spark = SparkSessions.open("mhc-eval scaling", 0)) {
            spec.commandLine().getOut().print(ScalingReport.write(ladder, folder, spark));
        }
        return 0;
    }
}
