package mhc.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import mhc.jobs.driver.SparkSessions;
import mhc.jobs.run.RunDifference;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether two runs produced the same rows. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description =
                "Compare the prediction rows of two runs, every column but the time taken; exit status 1 when they"
                        + " differ.")
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN_A", description = "Run directory.")
    private String first;

    @Parameters(index = "1", paramLabel = "RUN_B", description = "Run directory.")
    private String second;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (SparkSession spark = SparkSessions.local("mhc-eval compare")) {
            RunDifference difference = RunDifference.between(spark, first, second);
            out.printf("%s: %d rows%n%s: %d rows%n", first, difference.rows(), second, difference.otherRows());
            if (difference.isEmpty()) {
                out.println("identical prediction rows");
                return 0;
            }
            out.printf(
                    "%d rows of the first and %d of the second have no equal in the other:%n",
                    difference.onlyFirst(), difference.onlySecond());
            difference.examples().forEach(example -> out.println("  " + example));
            return 1;
        }
    }
}
