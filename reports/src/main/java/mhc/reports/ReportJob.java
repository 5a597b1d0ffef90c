package mhc.reports;

import java.io.IOException;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Entry point for spark-submit; arguments as for {@code mhc-eval report}. A user's mistake is the last line on standard error
 * and exit status 2.
 */
@Command(
        name = "ReportJob",
        mixinStandardHelpOptions = true,
        description = "Write scores, comparison and pages of one or several runs from their Parquet files.")
public final class ReportJob implements Callable<Integer> {
    private static final int USER_MISTAKE = 2;

    @Mixin
    private ReportRequest request;

    @Spec
    private CommandSpec spec;

    private ReportJob() {}

    public static void main(String[] arguments) {
        System.exit(execute(new CommandLine(new ReportJob()), arguments));
    }

    static int execute(CommandLine line, String... arguments) {
        line.setParameterExceptionHandler((e, given) -> mistake(e.getCommandLine(), e));
        line.setExecutionExceptionHandler((e, at, result) -> {
            if (e instanceof InputException) {
                return mistake(at, e);
            }
            throw e;
        });
        return line.execute(arguments);
    }

    private static int mistake(CommandLine at, Exception e) {
        at.getErr().println("mhc-eval: " + e.getMessage());
        return USER_MISTAKE;
    }

    @Override
    public Integer call() throws IOException {
        try (SparkSession spark =
                SparkSession.builder().appName("mhc-eval report").getOrCreate()) {
            // What fails is said in a sentence, not in the log of the scheduler before it.
            spark.sparkContext().setLogLevel("FATAL");
            spec.commandLine().getOut().print(request.write(spark));
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
