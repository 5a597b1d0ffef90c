package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import mhc.reports.RunFixture.Example;

/**
 * A small invented run of three models: tasks (bbh), clusters and partial credit (drop), two metrics (piqa), a model that
 * was not asked (mmlu), failed and truncated examples, and a metric under two filters (gsm8k).
 */
final class SampleRun {
    private static final Map<String, Double> SKILL = Map.of("baseline", .35, "hc", .55, "mhc", .62);

    private SampleRun() {}

    static String write(Path directory, int parts, boolean reversed) {
        RunFixture run = new RunFixture(directory);
        for (String model : SKILL.keySet()) {
            double skill = SKILL.get(model);
            addBbh(run, model, skill);
            addDrop(run, model, skill);
            addGsm8k(run, model, skill);
            addPiqa(run, model, skill);
            if (!model.equals("hc")) {
                addMmlu(run, model);
            }
        }
        run.write(parts, reversed);
        return directory.toString();
    }

    /** The part of a manifest that reports read, among other keys. */
    static void writeManifest(Path directory) {
        String json = """
                {
                  "name": "sample", "protocol": "paper", "baseline": "baseline", "device": "cpu",
                  "models": [{"name": "mhc"}, {"name": "hc"}, {"name": "baseline", "parameters": 7}, {"name": "lost"}],
                  "benchmarks": [
                    {"name": "gsm8k", "metric": "exact_match", "filter": "none", "examples": 50},
                    {"name": "mmlu", "metric": "acc", "filter": "none", "examples": 9}
                  ],
                  "notes": ["untrained weights"]
                }
                """;
        try {
            Files.writeString(directory.resolve("manifest.json"), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addBbh(RunFixture run, String model, double skill) {
        Random fate = new Random(1);
        for (int i = 0; i < 90; i++) {
            String id = "bbh/" + i;
            Map<String, Double> metrics = Map.of("exact_match", fate.nextDouble() < skill ? 1.0 : 0.0);
            Example example = Example.of(id, metrics).task(i % 3 == 0 ? "snarks" : "navigate");
            run.add(model, "bbh", example.asked("paper", "bbh-1", 3));
        }
    }

    private static void addDrop(RunFixture run, String model, double skill) {
        Random fate = new Random(2);
        double[] credit = {.5, .67, 1, 1};
        for (int i = 0; i < 80; i++) {
            double f1 = fate.nextDouble() < skill ? credit[fate.nextInt(4)] : 0;
            Map<String, Double> metrics = Map.of("f1", f1, "em", f1 == 1 ? 1.0 : 0.0);
            run.add(
                    model,
                    "drop",
                    Example.of("drop/" + i, metrics).cluster("p" + i / 5).asked("paper", "drop-1", 3));
        }
    }

    private static void addGsm8k(RunFixture run, String model, double skill) {
        Random fate = new Random(3);
        for (int i = 0; i < 40; i++) {
            double right = fate.nextDouble() < skill ? 1 : 0;
            Map<String, Double> metrics = Map.of("exact_match", right, "exact_match,flexible-extract", 1.0);
            Example example = i % 13 == 7 ? Example.failed("gsm8k/" + i) : Example.of("gsm8k/" + i, metrics);
            run.add(model, "gsm8k", (i % 10 == 4 ? example.cut() : example).asked("paper", "gsm8k-1", 8));
        }
    }

    private static void addPiqa(RunFixture run, String model, double skill) {
        Random fate = new Random(4 + model.length());
        for (int i = 0; i < 60; i++) {
            double right = fate.nextDouble() < .5 + skill / 20 ? 1 : 0;
            run.add(model, "piqa", Example.of("piqa/" + i, Map.of("acc", right, "acc_norm", 1 - right)));
        }
    }

    /** Nobody knows anything. */
    private static void addMmlu(RunFixture run, String model) {
        for (int i = 0; i < 9; i++) {
            Example example = Example.of("mmlu/" + i, Map.of("acc", 0.0)).task("law");
            run.add(model, "mmlu", example.asked("paper", "mmlu-1", 5));
        }
    }
}
