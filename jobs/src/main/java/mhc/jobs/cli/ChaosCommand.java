package mhc.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import mhc.jobs.bench.Chaos;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether runs withstand what befalls clusters. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Disturb runs on a standalone cluster of this machine after their first commits, and compare their rows.",
            "The faults come in turn: kill -9 of an executor, of the driver, a worker with other weights, a full disk,"
                    + " kill -9 of a worker, SIGSTOP of an executor. Exit status 1 when a round ends with other rows"
                    + " than an undisturbed run."
        })
final class ChaosCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rounds",
            defaultValue = "6",
            paramLabel = "N",
            description = "Rounds (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "S",
            description = "Of the first round, which decides its fault and moment; the next one has S + 1, and so on"
                    + " (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "New folder for inputs, logs and runs (default: runs/chaos-<time>).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds must be at least 1");
        }
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path folder = out == null ? Path.of("runs", "chaos-" + time) : out;
        return new Chaos(folder, spec.commandLine().getOut()).run(rounds, seed) == 0 ? 0 : 1;
    }
}
