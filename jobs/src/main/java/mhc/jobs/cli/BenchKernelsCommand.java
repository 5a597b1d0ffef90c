package mhc.jobs.cli;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.jobs.run.TextColumns;
import mhc.model.probe.KernelBench;
import mhc.model.probe.ModelBench;
import mhc.model.probe.ProductBench;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Times the fused operations on this machine. */
@Command(
        name = "kernels",
        mixinStandardHelpOptions = true,
        description = {
            "Times each fused operation beside its TorchScript reference, n = 4 streams in float32.",
            "pages us: what writing large results for the first time costs, as new pages of the operating system.",
            "of copy: rate of the bytes that must move against a plain copy of 128 MB.",
            "of GEMM: rate of the projection's FLOPs against a square matrix product.",
            "With --model: what mHC adds to the time of a whole model, prompt and decoding.",
            "With --products: a decoder's matrix products, by the engine and in panels."
        })
final class BenchKernelsCommand implements Callable<Integer> {
    private static final TextColumns OPERATIONS = TextColumns.of(
            name("op", 13),
            count("tokens", 6),
            count("channels", 9),
            number("us", 12, "%.2f"),
            number("pages us", 12, "%.2f"),
            number("MB", 12, "%.3f"),
            number("of copy", 9, "%.0f%%"),
            number("of GEMM", 9, "%s"),
            number("speed-up", 9, "%.1fx"));
    private static final TextColumns WHOLE = TextColumns.of(
            name("work", 18),
            number("plain ms", 12, "%.2f"),
            number("mHC fused", 12, "%+.1f%%"),
            number("mHC reference", 14, "%+.1f%%"));
    private static final TextColumns PRODUCTS = TextColumns.of(
            count("tokens", 6),
            count("inner", 6),
            count("columns", 8),
            number("rows GFLOP/s", 14, "%.1f"),
            number("oneDNN's order", 15, "%.1f"),
            number("panels", 8, "%.1f"),
            number("panels over oneDNN", 19, "%.2fx"));
    private static final List<Integer> QUICK_TOKENS = List.of(1, 64, 512);
    private static final List<Integer> QUICK_CHANNELS = List.of(768, 2560);

    @Spec
    private CommandSpec spec;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or gpu (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--threads", defaultValue = "1", description = "Threads (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(
            names = "--tokens",
            split = ",",
            defaultValue = "1,8,64,512,4096",
            description = "Tokens of a call (default: ${DEFAULT-VALUE})")
    private List<Integer> tokens;

    @Option(
            names = "--channels",
            split = ",",
            defaultValue = "768,1280,2560,4096,7168",
            description = "Widths C of a stream (default: ${DEFAULT-VALUE})")
    private List<Integer> channels;

    @Option(names = "--quick", description = "1, 64 and 512 tokens of 768 and 2560 channels")
    private boolean quick;

    @Option(
            names = "--model",
            description =
                    "Instead of operations, a whole model of C = 768 and 12 layers with random weights: plain residual,"
                            + " mHC fused and mHC by the reference, in turns")
    private boolean model;

    @Option(
            names = "--products",
            description =
                    "Instead of operations, products with the matrices of such a model, in turns: as they are stored"
                            + " and in oneDNN's order, by the engine, and in panels")
    private boolean products;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows there as well")
    private Path json;

    @Override
    public Integer call() {
        if (!List.of("cpu", "gpu").contains(device) || threads < 1) {
            throw new InputException("--device " + device + " --threads " + threads
                    + " is not possible: give cpu or gpu, and at least one thread.");
        }
        if (Stream.concat(tokens.stream(), channels.stream()).anyMatch(count -> count < 1)) {
            throw new InputException("--tokens " + tokens + " --channels " + channels + " must all be at least 1.");
        }
        if (products && (!device.equals("cpu") || model)) {
            throw new InputException("--products goes with --device cpu and without --model.");
        }
        if (products) {
            products();
            return 0;
        }
        String engineDevice = device.equals("gpu") ? "cuda" : device;
        if (model) {
            wholeModel(engineDevice);
            return 0;
        }
        try (KernelBench bench = KernelBench.open(engineDevice, threads)) {
            KernelBench.Machine machine = bench.machine();
            print(
                    "%s, %d threads: copy %.1f GB/s, matrix product %.0f GFLOP/s",
                    device, threads, machine.copyBytesPerSecond() * 1e-9, machine.flopsPerSecond() * 1e-9);
            print("%s", OPERATIONS.header());
            List<KernelBench.Row> rows = new ArrayList<>();
            for (int width : quick ? QUICK_CHANNELS : channels) {
                for (int count : quick ? QUICK_TOKENS : tokens) {
                    bench.run(count, width, row -> {
                        rows.add(row);
                        print(row);
                    });
                }
            }
            write(Map.of("machine", machine, "rows", rows));
        }
        return 0;
    }

    private void products() {
        print("%s, %d threads, float32", device, threads);
        print("%s", PRODUCTS.header());
        List<ProductBench.Row> rows = new ArrayList<>();
        try (ProductBench bench = ProductBench.open(threads)) {
            bench.run(row -> {
                rows.add(row);
                print(
                        "%s",
                        PRODUCTS.line(
                                row.tokens(),
                                row.inner(),
                                row.columns(),
                                row.rows() * 1e-9,
                                row.oneDnn() * 1e-9,
                                row.panels() * 1e-9,
                                row.gain()));
            });
        }
        write(Map.of("rows", rows));
    }

    private void wholeModel(String engineDevice) {
        print("%s, %d threads, float32: time beyond that of the plain residual", device, threads);
        print("%s", WHOLE.header());
        List<ModelBench.Row> rows = new ArrayList<>();
        try (ModelBench bench = ModelBench.open(engineDevice, threads)) {
            bench.run(row -> {
                rows.add(row);
                print(
                        "%s",
                        WHOLE.line(
                                row.work(),
                                row.plainSeconds() * 1e3,
                                row.fusedOverhead() * 100,
                                row.referenceOverhead() * 100));
            });
        }
        print("For training at n = 4, arXiv 2512.24880 reports +6.7%%.");
        write(Map.of("rows", rows));
    }

    private void print(KernelBench.Row row) {
        print(
                "%s",
                OPERATIONS.line(
                        row.op(),
                        row.tokens(),
                        row.channels(),
                        row.seconds() * 1e6,
                        row.pageSeconds() * 1e6,
                        row.bytes() * 1e-6,
                        row.copyFraction() * 100,
                        row.productFraction() == 0 ? "" : Math.round(row.productFraction() * 100) + "%",
                        row.referenceSeconds() / row.seconds()));
    }

    private void write(Map<String, Object> measured) {
        if (json == null) {
            return;
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("device", device);
        content.put("threads", threads);
        content.put("streams", 4);
        content.put("dtype", "float32");
        content.putAll(new TreeMap<>(measured));
        try {
            JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), content);
        } catch (IOException e) {
            throw new InputException(json + " cannot be written (" + e.getMessage() + "): give another --json.", e);
        }
    }

    private void print(String format, Object... values) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
