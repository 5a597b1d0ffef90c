package mhc.jobs.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import mhc.jobs.executor.PeakMemory;
import mhc.model.engine.Torch;
import mhc.model.train.Recompute;
import mhc.model.train.RecomputeMeasurement;
import mhc.model.train.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Memory and time of selective recomputing; one size of block a process, so that peaks of memory do not mix. */
@Command(
        name = "recompute",
        mixinStandardHelpOptions = true,
        description = "Take steps of training with one size of block: what is stored, and how long a step is.",
        footerHeading = "%nExample:%n",
        footer = "  for block in none 1 2 4 auto 12 24 48; do mhc-eval bench recompute --block $block; done")
final class BenchRecomputeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--block", defaultValue = "auto", paramLabel = "N", description = "Sublayers, auto or none.")
    private String block;

    @Option(names = "--layers", defaultValue = "24", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int layers;

    @Option(names = "--hidden", defaultValue = "64", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(names = "--streams", defaultValue = "4", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
    private int streams;

    @Option(names = "--batch", defaultValue = "8", paramLabel = "N", description = "Rows (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--length",
            defaultValue = "128",
            paramLabel = "N",
            description = "Tokens of a row (default: ${DEFAULT-VALUE}).")
    private int length;

    @Override
    public Integer call() {
        if (layers < 1 || hidden < 4 || hidden % 4 != 0 || streams < 1 || batch < 1 || length < 2) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--hidden must be a multiple of 4, --length at least 2, and all else at least 1");
        }
        Torch.start(1);
        Recompute recompute = recompute();
        Shape shape = new Shape(hidden, layers, 2, 2, 2 * hidden, 256, length, streams, 20, true);
        RecomputeMeasurement measured = RecomputeMeasurement.of(shape, batch, length, recompute);
        String stored = recompute.block() == 0
                ? "block none: everything stored"
                : "block %d: streams stored %.2f MB, Eq. 20 %.2f MB"
                        .formatted(recompute.block(), measured.storedBytes() / 1e6, measured.equationBytes() / 1e6);
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s, %.3f s a step, peak memory of the process %.0f MB%n",
                        stored,
                        measured.seconds(),
                        PeakMemory.bytes() / 1e6);
        return 0;
    }

    private Recompute recompute() {
        if (block.equals("none")) {
            return Recompute.NONE;
        }
        if (block.equals("auto")) {
            return Recompute.least(streams, 2 * layers);
        }
        if (!block.matches("[1-9][0-9]{0,4}")) {
            throw new ParameterException(spec.commandLine(), "--block is " + block + ": use a number, auto or none");
        }
        return new Recompute(Integer.parseInt(block));
    }
}
