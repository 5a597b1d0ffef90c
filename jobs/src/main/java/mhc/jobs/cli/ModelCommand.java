package mhc.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.jobs.config.HadoopSettings;
import mhc.jobs.run.TextColumns;
import mhc.model.InferenceOptions;
import mhc.model.checkpoint.ModelSummary;
import mhc.model.engine.ProgramFile;
import mhc.model.probe.GainProbe;
import mhc.model.probe.GoldenCheck;
import mhc.model.probe.LossProbe;
import mhc.model.probe.ModelPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code model inspect|check|gain|loss}: looks at one checkpoint. */
@Command(name = "model", description = "Looks at one checkpoint.", mixinStandardHelpOptions = true)
public final class ModelCommand implements Runnable {
    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing subcommand: inspect, check, gain or loss");
    }

    /** How the model is run, for the commands that run it. */
    static final class Engine {
        @Option(
                names = "--device",
                defaultValue = "cpu",
                split = ",",
                description = "cpu, cuda or cuda:N; several, with commas between, hold neighbouring layers each"
                        + " (default: ${DEFAULT-VALUE})")
        private List<String> devices;

        @Option(
                names = "--dtype",
                defaultValue = "float32",
                description = "Compute type, float32 or bfloat16 (default: ${DEFAULT-VALUE})")
        private String dtype;

        @Option(
                names = "--kernels",
                defaultValue = "auto",
                description = "auto, fused or reference (default: ${DEFAULT-VALUE})")
        private String kernels;

        @Option(
                names = "--weights",
                defaultValue = "expanded",
                description = "Weights of 8 and 4 bits: expanded or stored (default: ${DEFAULT-VALUE})")
        private String weights;

        @Option(names = "--threads", description = "Threads of the engine (default: one per processor)")
        private int threads = Runtime.getRuntime().availableProcessors();

        InferenceOptions options() {
            return InferenceOptions.DEFAULT
                    .withDevices(devices)
                    .withDtype(dtype)
                    .withKernels(kernels)
                    .withWeights(weights)
                    .withThreads(threads);
        }
    }

    @Command(
            name = "inspect",
            description = {
                "Prints what a checkpoint is.",
                "With --plan: what a model of a config.json would take and whether it fits on a GPU; no weights"
                        + " needed.",
                "With --program: writes its TorchScript program for torch.jit.load; no weights needed."
            },
            mixinStandardHelpOptions = true)
    int inspect(
            @Parameters(
                            paramLabel = "PATH",
                            description = "Checkpoint folder; with --plan or --program a config.json or its folder")
                    Path path,
            @Option(names = "--plan", description = "Plan from the configuration alone") boolean plan,
            @Option(
                            names = "--program",
                            paramLabel = "FILE",
                            description = "Write the program there, with the names and shapes of the tensors it binds")
                    Path program,
            @Option(
                            names = "--kernels",
                            defaultValue = "fused",
                            description = "With --program: fused or reference (default: ${DEFAULT-VALUE})")
                    String kernels,
            @Option(
                            names = "--dtype",
                            defaultValue = "float32",
                            description = "Compute type, float32 or bfloat16 (default: ${DEFAULT-VALUE})")
                    String dtype,
            @Option(
                            names = "--batch",
                            defaultValue = "1",
                            description = "With --plan: sequences at once (default: ${DEFAULT-VALUE})")
                    int batch,
            @Option(
                            names = "--length",
                            defaultValue = "0",
                            description = "With --plan: tokens of each sequence (default: as many as the model takes)")
                    int length,
            @Option(
                            names = "--weights",
                            defaultValue = "expanded",
                            description = "With --plan: weights of 8 and 4 bits, expanded or stored"
                                    + " (default: ${DEFAULT-VALUE})")
                    String weights,
            @Option(
                            names = "--devices",
                            defaultValue = "1",
                            description = "With --plan: over how many devices layers are spread"
                                    + " (default: ${DEFAULT-VALUE})")
                    int devices,
            @Option(
                            names = "--gigabytes",
                            defaultValue = "0",
                            description = "With --plan: memory of each device; exit status 2 where one has too little")
                    int gigabytes) {
        if (plan && program != null) {
            throw new ParameterException(spec.commandLine(), "--plan prints and --program writes: give one of them");
        }
        if (program != null) {
            print("program with kernels %s written to %s", ProgramFile.write(path, kernels, program), program);
            return 0;
        }
        if (plan) {
            if (!List.of("expanded", "stored").contains(weights)) {
                throw new InputException("weights is \"" + weights + "\", expected expanded or stored.");
            }
            ModelPlan.Machine machine = new ModelPlan.Machine(devices, weights.equals("stored"), gigabytes);
            new PlanTable(this::print).print(ModelPlan.of(path, dtype, batch, length, machine));
            return 0;
        }
        ModelSummary model = ModelSummary.of(path, dtype);
        print("architecture          %s", model.architecture());
        print("residual              %s", model.residual());
        print("parameters            %,d", model.parameters());
        print("dtype                 %s", model.storedTypes());
        print("layers                %d", model.layers());
        print("hidden size           %d", model.hidden());
        print("heads                 %d", model.heads());
        print("vocabulary            %d", model.vocabulary());
        print("max length            %d", model.maxLength());
        StateLines.print(
                22, model.cacheBytesPerToken(), model.fixedCacheBytes(), model.state(), line -> print("%s", line));
        print("weight bytes          %,d", model.expandedBytes());
        if (model.storedBytes() < model.expandedBytes()) {
            print("  held as stored      %,d", model.storedBytes());
        }
        return 0;
    }

    @Command(
            name = "check",
            description = {
                "Compares a checkpoint's outputs with PATH/golden.safetensors.",
                "Prints max |difference| / tolerance per entry; exit status 1 when one exceeds 1."
            },
            mixinStandardHelpOptions = true)
    int check(@Parameters(paramLabel = "PATH", description = "Checkpoint folder") Path folder, @Mixin Engine engine) {
        GoldenCheck.Result result = GoldenCheck.run(folder, engine.options());
        TextColumns table = TextColumns.of(
                TextColumns.name("entry", 12), TextColumns.number("difference", 14, "%.6f"), TextColumns.name("", 0));
        for (GoldenCheck.Entry entry : result.entries()) {
            print("%s", table.line(entry.name(), entry.worst(), entry.passed() ? " ok" : " FAILED"));
        }
        result.skipped().forEach(name -> print("%s", table.line(name, "-", " skipped, not recorded")));
        print("%s", result.passed() ? "PASS" : "FAIL");
        return result.passed() ? 0 : FAILED;
    }

    @Command(
            name = "gain",
            description = {
                "Prints Amax gains of the residual mapping: per site, of the product of all sites up to it (composite)",
                "and of all from it on (suffix). Forward: largest absolute row sum; backward: largest absolute column"
                        + " sum."
            },
            mixinStandardHelpOptions = true)
    int gain(
            @Parameters(paramLabel = "PATH", description = "Checkpoint folder") Path folder,
            @Option(
                            names = "--text",
                            required = true,
                            paramLabel = "URI",
                            description = "Text to run as one sequence, cut at the model's length")
                    String text,
            @Option(
                            names = "--json",
                            paramLabel = "FILE",
                            description = "Also write everything as JSON, or to standard output alone with -")
                    String json,
            @Mixin Engine engine) {
        GainProbe.Result result = GainProbe.run(folder, read(text), engine.options());
        if ("-".equals(json)) {
            print("%s", GainReport.json(result));
            return 0;
        }
        new GainReport(this::print).print(result);
        if (json != null) {
            write(Path.of(json), GainReport.json(result));
        }
        return 0;
    }

    private static void write(Path file, String content) {
        try {
            Files.writeString(file, content + "\n");
        } catch (IOException e) {
            throw new InputException(file + " cannot be written (" + e + "): give a path that can.", e);
        }
    }

    @Command(
            name = "loss",
            description = {
                "Prints nats per token and bits per byte on a text, with standard errors by document.",
                "Documents are separated by blank lines, or with --lines each line is one."
            },
            mixinStandardHelpOptions = true)
    int loss(
            @Parameters(paramLabel = "PATH", description = "Checkpoint folder") Path folder,
            @Option(names = "--text", required = true, paramLabel = "URI", description = "Text on any file system")
                    String text,
            @Option(names = "--lines", description = "Each line is a document") boolean lines,
            @Mixin Engine engine) {
        List<String> documents = Arrays.asList(read(text).split(lines ? "\\R" : "\\R[ \\t]*\\R\\s*"));
        LossProbe.Result result = LossProbe.run(folder, documents, engine.options());
        print("documents        %,d", result.documents());
        print("tokens           %,d", result.tokens());
        print("bytes            %,d", result.bytes());
        print("nats per token   %.6f +- %s", result.natsPerToken(), error(result.natsPerTokenError()));
        print("bits per byte    %.6f +- %s", result.bitsPerByte(), error(result.bitsPerByteError()));
        return 0;
    }

    private static String error(double value) {
        return Double.isNaN(value) ? "unknown (one document)" : String.format(Locale.ROOT, "%.6f", value);
    }

    private static String read(String uri) {
        Location text = Location.of("Text", uri, HadoopSettings.current());
        try (InputStream in = text.files().open(text.path())) {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(in.readAllBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException("Text " + uri + " is not UTF-8: convert it.", e);
        } catch (IOException e) {
            throw new InputException("Text " + uri + " cannot be read (" + e.getMessage() + "): check its path.", e);
        }
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
