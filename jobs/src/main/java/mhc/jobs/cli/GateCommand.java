package mhc.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import mhc.datasets.Reason;
import mhc.jobs.driver.SparkSessions;
import mhc.reports.Gate;
import mhc.reports.JUnitXml;
import mhc.reports.ReportOptions;
import mhc.reports.ReportOptions.Unfinished;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whether a run is worse than an earlier one. */
@Command(
        name = "gate",
        mixinStandardHelpOptions = true,
        description = {
            "Is RUN_B worse than RUN_A? Models are paired by name, or as they are where each run has one; all benchmarks"
                    + " are one family of tests under Holm's correction.",
            "Exit status: 0 not shown to be worse, 4 significantly worse on a benchmark, 5 cannot tell."
        })
final class GateCommand implements Callable<Integer> {
    private static final double PERCENT = 100;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN_A", description = "Run directory of what is compared with.")
    private String first;

    @Parameters(index = "1", paramLabel = "RUN_B", description = "Run directory of what is checked.")
    private String second;

    @Option(
            names = "--worse-by",
            paramLabel = "X",
            description =
                    "The loss that matters, in percentage points: exit status 5 where one of this size would be found"
                            + " with less than 80%% power and the 95%% interval does not exclude it.")
    private Double worseBy;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the checks as JUnit XML too.")
    private Path junit;

    @Option(names = "--partial", description = "Take runs that are not finished.")
    private boolean partial;

    @Option(names = "--allow-different-prompts", description = "Compare although the two were not asked the same.")
    private boolean differentPrompts;

    @Override
    public Integer call() throws IOException {
        if (worseBy != null && !(worseBy > 0 && worseBy <= PERCENT)) {
            throw new ParameterException(
                    spec.commandLine(), "--worse-by is " + worseBy + ": give percentage points above 0, up to 100");
        }
        OptionalDouble loss = worseBy == null ? OptionalDouble.empty() : OptionalDouble.of(worseBy / PERCENT);
        ReportOptions options = ReportOptions.DEFAULT
                .withUnfinished(partial ? Unfinished.MARKED : Unfinished.REFUSED)
                .withDifferentPrompts(differentPrompts);
        Gate gate;
        try (SparkSession spark = SparkSessions.local("mhc-eval gate")) {
            gate = Gate.of(spark, first, second, loss, options);
        }
        write(gate);
        PrintWriter out = spec.commandLine().getOut();
        gate.checks()
                .forEach(check -> out.printf(
                        "%-7s %s, %s: %s%n", word(check.outcome()), check.model(), check.benchmark(), check.said()));
        int status = gate.outcome().status();
        if (status == 0) {
            out.println(gate.sentence());
        } else {
            Main.say(spec.commandLine(), gate.sentence());
        }
        return status;
    }

    private static String word(Gate.Outcome outcome) {
        return switch (outcome) {
            case HELD -> "held";
            case WORSE -> "WORSE";
            case UNTOLD -> "untold";
        };
    }

    private void write(Gate gate) {
        if (junit == null) {
            return;
        }
        try {
            Files.writeString(junit, JUnitXml.of(gate));
        } catch (IOException e) {
            throw new InputException(
                    "JUnit file " + junit + " cannot be written (" + Reason.of(e)
                            + "): give a writable path to --junit",
                    e);
        }
    }
}
