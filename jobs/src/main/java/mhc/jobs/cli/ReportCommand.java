package mhc.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import mhc.jobs.driver.SparkSessions;
import mhc.reports.ReportRequest;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tables and pages of finished runs, from their Parquet files alone. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Write scores, comparison and the report of one or several runs again, and print it. No model is needed.")
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ReportRequest request;

    @Override
    public Integer call() throws IOException {
        PrintWriter console = spec.commandLine().getOut();
        try (SparkSession spark = SparkSessions.local("mhc-eval report")) {
            console.print(request.write(spark));
            return 0;
        } finally {
            console.flush();
        }
    }
}
