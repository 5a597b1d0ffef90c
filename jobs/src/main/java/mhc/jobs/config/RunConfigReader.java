package mhc.jobs.config;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import mhc.datasets.FileOverride;
import mhc.datasets.InputException;
import mhc.datasets.Location;
import mhc.eval.Benchmark;
import mhc.eval.Protocol;
import mhc.eval.protocol.Protocols;

/** Reads {@link Settings} into a {@link RunConfig}; every problem of the document is found before any is reported. */
public final class RunConfigReader {
    private static final Pattern MODEL_NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|cuda(:\\d+)?");

    /** Further than the longest run of tokens that published models compress, phases come again. */
    private static final int MOST_OFFSET = 1024;

    private final Problems problems = new Problems();

    private RunConfigReader() {}

    /** @throws InputException listing every unknown key, wrong type, missing and contradictory value */
    public static RunConfig read(Settings settings) {
        return new RunConfigReader().config(settings);
    }

    private RunConfig config(Settings settings) {
        Section section = new Section(settings.root(), "", problems);
        String name = section.text("name", "mhc-eval");
        String protocolName = section.text("protocol", "paper");
        Protocol protocol = protocol(protocolName);
        List<String> benchmarks = benchmarks(section, protocol);
        String data = address("data", section.required("data", "the folder or URI of the corpora"));
        Map<String, FileOverride> files = files(section, protocol);
        int limit = section.integer("limit", 0, 0);
        Map<String, Integer> shots = shots(section, protocol);
        Map<String, Double> chance = chance(section, protocol);
        Map<String, String> models = models(section);
        String baseline = baseline(section, models);
        RunConfig.Inference inference = inference(section.section("inference"));
        RunConfig.Shards shards = shards(section.section("shards"));
        RunConfig.Faults faults = faults(section.section("faults"));
        String cache = address("cache", section.text("cache", ""));
        String out = address("out", section.required("out", "the run directory to write"));
        section.refuseOthers();
        problems.throwIfAny("The configuration");
        return new RunConfig(
                name,
                protocolName,
                benchmarks,
                data,
                files,
                limit,
                shots,
                chance,
                models,
                baseline,
                inference,
                shards,
                faults,
                cache,
                out);
    }

    private Protocol protocol(String name) {
        try {
            return Protocols.named(name);
        } catch (InputException e) {
            problems.add(e.getMessage());
            return null;
        }
    }

    private List<String> benchmarks(Section section, Protocol protocol) {
        List<String> names = section.texts("benchmarks");
        if (names.isEmpty()) {
            problems.add("benchmarks is missing or empty: list at least one, such as benchmarks: [piqa, gsm8k]");
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            requireBenchmark("benchmarks", name, protocol);
            if (!seen.add(name)) {
                problems.add("benchmarks lists %s twice: remove one", name);
            }
        }
        return names;
    }

    private void requireBenchmark(String key, String name, Protocol protocol) {
        if (protocol == null) {
            return;
        }
        List<String> known = protocol.benchmarks().stream().map(Benchmark::name).toList();
        if (!known.contains(name)) {
            problems.add(
                    "%s names %s, which protocol %s does not have: use one of %s",
                    key, name, protocol.name(), String.join(", ", known));
        }
    }

    private Map<String, FileOverride> files(Section section, Protocol protocol) {
        Map<String, FileOverride> files = new LinkedHashMap<>();
        section.section("files").eachSection((benchmark, override) -> {
            requireBenchmark("files", benchmark, protocol);
            files.put(
                    benchmark,
                    new FileOverride(
                            address("files." + benchmark + ".eval", override.text("eval", "")),
                            address("files." + benchmark + ".pool", override.text("pool", ""))));
            override.refuseOthers();
        });
        return files;
    }

    private Map<String, Integer> shots(Section section, Protocol protocol) {
        Map<String, Integer> shots = new LinkedHashMap<>();
        Section given = section.section("shots");
        for (String benchmark : given.names()) {
            requireBenchmark("shots", benchmark, protocol);
            shots.put(benchmark, given.integer(benchmark, 0, 0));
        }
        return shots;
    }

    private Map<String, Double> chance(Section section, Protocol protocol) {
        Map<String, Double> chance = new LinkedHashMap<>();
        Section given = section.section("chance");
        for (String benchmark : given.names()) {
            requireBenchmark("chance", benchmark, protocol);
            double percent = given.number(benchmark, 0, 0);
            if (percent > 100) {
                problems.add("chance.%s is %s: expected a percentage", benchmark, percent);
            }
            chance.put(benchmark, percent);
        }
        return chance;
    }

    private Map<String, String> models(Section section) {
        Map<String, String> models = new LinkedHashMap<>();
        Section given = section.section("models");
        for (String name : given.names()) {
            if (!MODEL_NAME.matcher(name).matches()) {
                problems.add("models names \"%s\": use letters, digits, '.', '_' and '-' only", name);
            }
            models.put(name, address("models." + name, given.required(name, "the folder or URI of a checkpoint")));
        }
        if (models.isEmpty()) {
            problems.add("models is missing or empty: give at least one, such as models: {mhc: /models/mhc}");
        }
        return models;
    }

    /** Before any of it is written down: what is wrong with a path or URI by its text alone. */
    private String address(String key, String uri) {
        problems.collect(() -> Location.check(key, uri));
        return uri;
    }

    private String baseline(Section section, Map<String, String> models) {
        String first = models.isEmpty() ? "" : models.keySet().iterator().next();
        String baseline = section.name("baseline", first, models.keySet());
        if (!models.isEmpty() && !models.containsKey(baseline)) {
            problems.add(
                    "baseline is %s, which is not a model: use one of %s",
                    baseline, String.join(", ", models.keySet()));
        }
        return baseline;
    }

    private RunConfig.Inference inference(Section section) {
        RunConfig.Inference defaults = RunConfig.Inference.DEFAULT;
        String device = section.text("device", defaults.device());
        if (!DEVICE.matcher(device).matches()) {
            problems.add("inference.device is %s: use auto, cpu, cuda or cuda:N", device);
        }
        List<String> devices = devices(section);
        String dtype = section.choice("dtype", defaults.dtype(), "float32", "bfloat16");
        String kernels = section.choice("kernels", defaults.kernels(), "auto", "fused", "reference");
        String weights = section.choice("weights", defaults.weights(), "expanded", "stored");
        int maxBatchTokens = section.integer("max-batch-tokens", defaults.maxBatchTokens(), 1);
        int threads = section.text("threads", "auto").equals("auto") ? 0 : section.integer("threads", 0, 1);
        boolean prefixCache = section.flag("prefix-cache", defaults.prefixCache());
        boolean deterministic = section.flag("deterministic", defaults.deterministic());
        List<Integer> offsets = offsets(section);
        section.refuseOthers();
        return new RunConfig.Inference(
                device, devices, dtype, kernels, weights, maxBatchTokens, threads, prefixCache, deterministic, offsets);
    }

    /** A list of devices, or {@code auto}. */
    private List<String> devices(Section section) {
        boolean all = section.isText("devices");
        List<String> devices = all ? List.of(section.choice("devices", "auto", "auto")) : section.texts("devices");
        for (String device : devices) {
            if (!all && (device.equals("auto") || !DEVICE.matcher(device).matches())) {
                problems.add("inference.devices names %s: use cpu or cuda:N, or auto for all GPUs of a task", device);
            }
        }
        if (!devices.isEmpty() && !section.text("device", "auto").equals("auto")) {
            problems.add("inference has device and devices: leave one of them out");
        }
        return devices;
    }

    private List<Integer> offsets(Section section) {
        List<Integer> offsets = section.integers("position-offsets", List.of(0));
        boolean wrong = offsets.isEmpty()
                || offsets.stream().anyMatch(offset -> offset < 0 || offset > MOST_OFFSET)
                || Set.copyOf(offsets).size() < offsets.size();
        if (wrong) {
            problems.add(
                    "inference.position-offsets is %s: expected distinct whole numbers from 0 to %d, such as [0, 1, 2, 3]",
                    offsets, MOST_OFFSET);
            return List.of(0);
        }
        return offsets;
    }

    private RunConfig.Shards shards(Section section) {
        int executors = section.integer("executors", RunConfig.Shards.DEFAULT.executors(), 1);
        String recorded = section.text("recorded", RunConfig.Shards.DEFAULT.recorded());
        section.refuseOthers();
        return new RunConfig.Shards(executors, recorded);
    }

    private RunConfig.Faults faults(Section section) {
        RunConfig.Faults defaults = RunConfig.Faults.DEFAULT;
        int retries = section.integer("retries", defaults.retries(), 0);
        int seconds = section.integer("example-seconds", defaults.exampleSeconds(), 1);
        int hang = section.text("hang-seconds", "auto").equals("auto")
                ? RunConfig.Faults.hangSeconds(seconds)
                : section.integer("hang-seconds", 0, 1);
        double maxFailed = section.part("max-failed", defaults.maxFailed());
        section.refuseOthers();
        return new RunConfig.Faults(retries, seconds, hang, maxFailed);
    }
}
