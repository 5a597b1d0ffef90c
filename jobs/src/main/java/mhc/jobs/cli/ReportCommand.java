package mhc.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import mhc.jobs.driver.SparkSessions;
import mhc.reports.RunReport;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tables and pages of finished runs, from their Parquet files alone. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Write scores, comparison and report.{md,csv,tex,html} of one or several runs again, and print the"
                        + " table. No model is needed.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN",
            description = "Run directories; the models of all stand in one table.")
    private List<String> runs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the report goes (default: the run itself; required for several runs).")
    private String out;

    @Override
    public Integer call() throws IOException {
        PrintWriter console = spec.commandLine().getOut();
        try (SparkSession spark = SparkSessions.local("mhc-eval report")) {
            console.print(RunReport.write(spark, runs, outDir()).markdown());
            return 0;
        } finally {
            console.flush();
        }
    }

    private String outDir() {
        if (out == null && runs.size() > 1) {
            throw new ParameterException(
                    spec.commandLine(), "A report on several runs needs a directory of its own: give --out DIR");
        }
        return out == null ? runs.get(0) : out;
    }
}
