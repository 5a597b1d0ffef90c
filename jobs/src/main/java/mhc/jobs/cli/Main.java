package mhc.jobs.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.datasets.Reason;
import mhc.jobs.run.BuildInfo;
import mhc.jobs.run.ShutdownHook;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit status: 0 done, 1 an internal failure or a failed check, 2 a user's mistake, 3 too many failed
 * examples, 4 a run that is worse than another, 5 one of which this cannot be told, 130 interrupted.
 */
@Command(
        name = "mhc-eval",
        mixinStandardHelpOptions = true,
        description = "Scores plain, HC and mHC language models on eight benchmarks, on Apache Spark.",
        subcommands = {
            SmokeCommand.class,
            RunCommand.class,
            ReportCommand.class,
            StatusCommand.class,
            GateCommand.class,
            CompareCommand.class,
            DatasetsCommand.class,
            ModelCommand.class,
            PlanCommand.class,
            ParityCommand.class,
            TrainCommand.class,
            BenchCommand.class,
            ChaosCommand.class
        })
public final class Main implements Runnable {
    /** What a process says that is told to end. */
    static final String INTERRUPTION =
            "mhc-eval: interrupted: what was written is kept; the same command continues a run";

    private static final int FAILURE = 1;
    private static final int USER_MISTAKE = 2;
    private static final int TOO_MANY_FAILED = 3;
    private static final int INTERRUPTED = 130;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(execute(new Main(), arguments));
    }

    /** Runs a command and turns what it throws into one line on standard error and an exit status. */
    public static int execute(Object command, String... arguments) {
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        ShutdownHook hook = ShutdownHook.of("interruption", () -> err.println(INTERRUPTION));
        try {
            return execute(command, out, err, arguments);
        } finally {
            hook.close();
        }
    }

    static int execute(Object command, PrintWriter out, PrintWriter err, String... arguments) {
        Diagnostics diagnostics = new Diagnostics();
        CommandLine line = new CommandLine(command).setOut(out).setErr(err);
        line.addMixin("diagnostics", diagnostics);
        setVersion(line);
        line.setParameterExceptionHandler((e, given) -> mistake(e.getCommandLine(), e));
        line.setExecutionExceptionHandler((e, at, result) -> failure(at, e, diagnostics.verbose));
        int status = line.execute(arguments);
        out.flush();
        err.flush();
        return status;
    }

    /** The exit status of a finished run, whose complaint becomes the last line on standard error. */
    static int complain(CommandLine at, Optional<String> complaint) {
        complaint.ifPresent(sentence -> say(at, sentence));
        return complaint.isPresent() ? TOO_MANY_FAILED : 0;
    }

    /** The last line on standard error. */
    static void say(CommandLine at, String sentence) {
        at.getOut().flush();
        at.getErr().println("mhc-eval: " + sentence);
    }

    private static int mistake(CommandLine at, ParameterException e) {
        String command = at.getCommandSpec().qualifiedName();
        at.getErr().println("mhc-eval: " + Location.withoutSecrets(Reason.of(e)) + "; see " + command + " --help");
        return USER_MISTAKE;
    }

    private static int failure(CommandLine at, Exception e, boolean verbose) {
        at.getOut().flush();
        if (verbose) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            at.getErr().print(Location.withoutSecrets(trace.toString()));
        }
        if (ShutdownHookManager.get().isShutdownInProgress()) {
            return INTERRUPTED; // whatever was thrown: Spark ends under work that is not at fault
        }
        if (e instanceof InputException) {
            at.getErr().println("mhc-eval: " + oneLine(e.getMessage()));
            return USER_MISTAKE;
        }
        if (e instanceof ParameterException parameter) {
            return mistake(at, parameter);
        }
        LoggerFactory.getLogger(Main.class).debug("The command failed", e);
        at.getErr()
                .println("mhc-eval: internal failure (" + e.getClass().getSimpleName() + "): "
                        + Location.withoutSecrets(Reason.of(e))
                        + (verbose ? "" : "; --verbose shows where"));
        return FAILURE;
    }

    /** A mistake is the last line on standard error, so that scripts find it there; it has no full stop at its end. */
    private static String oneLine(String message) {
        return message.lines()
                .map(String::strip)
                .collect(Collectors.joining(" "))
                .replaceFirst("\\.$", "");
    }

    /** Without a subcommand there is nothing to do but to show what there is. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command given");
    }

    private static void setVersion(CommandLine line) {
        line.getCommandSpec().versionProvider(new Version());
        line.getSubcommands().values().forEach(Main::setVersion);
    }

    /** The option that every command inherits. */
    static final class Diagnostics {
        @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of a failure.")
        private boolean verbose;
    }

    /** Our version, and those of what decides the numbers. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            BuildInfo build = BuildInfo.current();
            return new String[] {
                "mhc-eval " + build.version() + " (" + build.commit() + ")",
                "Spark " + build.spark() + ", DJL " + build.djl() + ", libtorch " + build.libtorch() + ", Java "
                        + System.getProperty("java.version")
            };
        }
    }
}
