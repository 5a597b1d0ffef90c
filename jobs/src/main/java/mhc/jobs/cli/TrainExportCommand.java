package mhc.jobs.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import mhc.model.train.HalvedCheckpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a trained checkpoint half as large. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Copy a trained checkpoint with its matrices as bfloat16.")
final class TrainExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "CHECKPOINT", description = "Folder of a float32 checkpoint.")
    private Path checkpoint;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder to write.")
    private Path out;

    @Override
    public Integer call() {
        HalvedCheckpoint.write(checkpoint, out);
        spec.commandLine().getOut().println("Wrote " + out);
        return 0;
    }
}
