package mhc.jobs.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import mhc.datasets.InputException;
import mhc.model.KernelBench;
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
            "of copy: bytes that must move over the time, against a copy of the streams at the same shape.",
            "of floor: the least time the bytes or FLOPs allow here, over the time."
        })
final class BenchKernelsCommand implements Callable<Integer> {
    private static final long[] TOKENS = {1, 8, 64, 512, 4096};
    private static final int[] CHANNELS = {768, 1280, 2560, 4096, 7168};
    private static final long[] QUICK_TOKENS = {1, 64, 512};
    private static final int[] QUICK_CHANNELS = {768, 2560};

    @Spec
    private CommandSpec spec;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or gpu (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--threads", defaultValue = "1", description = "Threads (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--quick", description = "Few shapes, in some seconds")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows there as well")
    private Path json;

    @Override
    public Integer call() {
        if (!List.of("cpu", "gpu").contains(device) || threads < 1) {
            throw new InputException("--device " + device + " --threads " + threads
                    + " is not possible: give cpu or gpu, and at least one thread.");
        }
        try (KernelBench bench = KernelBench.open(device.equals("gpu") ? "cuda" : device, threads)) {
            KernelBench.Machine machine = bench.machine();
            print(
                    "%s, %d threads: copy %.1f GB/s, matrix product %.0f GFLOP/s",
                    device, threads, machine.copyBytesPerSecond() * 1e-9, machine.flopsPerSecond() * 1e-9);
            print(
                    "%-13s %6s %9s %12s %12s %9s %9s %9s %9s",
                    "op", "tokens", "channels", "us", "MB", "GB/s", "of copy", "of floor", "speed-up");
            List<KernelBench.Row> rows = new ArrayList<>();
            for (int channels : quick ? QUICK_CHANNELS : CHANNELS) {
                for (long tokens : quick ? QUICK_TOKENS : TOKENS) {
                    bench.run(tokens, channels, row -> {
                        rows.add(row);
                        print(row);
                    });
                }
            }
            write(json, device, threads, machine, rows);
        }
        return 0;
    }

    private void print(KernelBench.Row row) {
        print(
                "%-13s %6d %9d %12.2f %12.3f %9.2f %8.0f%% %8.0f%% %8.1fx",
                row.op(),
                row.tokens(),
                row.channels(),
                row.seconds() * 1e6,
                row.bytes() * 1e-6,
                row.bytes() / row.seconds() * 1e-9,
                row.copyFraction() * 100,
                row.floorSeconds() / row.seconds() * 100,
                row.referenceSeconds() / row.seconds());
    }

    private static void write(
            Path json, String device, int threads, KernelBench.Machine machine, List<KernelBench.Row> rows) {
        if (json == null) {
            return;
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("device", device);
        content.put("threads", threads);
        content.put("streams", 4);
        content.put("dtype", "float32");
        content.put("machine", machine);
        content.put("rows", rows);
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
