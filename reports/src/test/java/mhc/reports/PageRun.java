package mhc.reports;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mhc.eval.Prediction;

/**
 * An invented run to look at: texts, options with their log-likelihoods, wrong, failed and truncated examples, and answers
 * without an answer. Every benchmark but those of {@link #CHOICES} is answered with text.
 *
 * @param spice stands in every text that a model or a benchmark may bring along
 */
record PageRun(List<String> models, Map<String, Integer> examples, String spice) {
    private static final List<String> CHOICES = List.of("hellaswag", "mmlu", "piqa");
    private static final Map<String, Integer> TASKS = Map.of("bbh", 27, "math", 7, "mmlu", 57);
    private static final Map<String, String> METRICS =
            Map.of("drop", "f1", "hellaswag", "acc", "mmlu", "acc", "piqa", "acc");
    private static final List<String> OPTIONS = List.of(" A", " B", " C", " D");
    private static final int FILE = 4096;

    /** Three models in the sizes of the eight test sets, 66,232 examples. */
    static PageRun full() {
        return new PageRun(
                List.of("baseline", "hc", "mhc"),
                new TreeMap<>(Map.of(
                        "bbh", 6_511,
                        "drop", 9_536,
                        "gsm8k", 1_319,
                        "hellaswag", 10_042,
                        "math", 5_000,
                        "mmlu", 14_042,
                        "piqa", 1_838,
                        "triviaqa", 17_944)),
                "");
    }

    /** Writes the predictions and returns the directory. */
    String write(Path directory) {
        examples.forEach((benchmark, count) -> models.forEach(model -> write(directory, benchmark, model, count)));
        return directory.toString();
    }

    private void write(Path directory, String benchmark, String model, int count) {
        try {
            Path folder = Files.createDirectories(
                    directory.resolve("predictions/model=" + model + "/benchmark=" + benchmark));
            for (int from = 0; from < count; from += FILE) {
                List<Prediction> rows = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + FILE); i++) {
                    rows.add(row(benchmark, models.indexOf(model), i));
                }
                PredictionWriter.write(folder.resolve("part-%05d.parquet".formatted(from / FILE)), rows);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Models differ in luck; example 7 of each benchmark fails, 8 is truncated, 9 holds no answer, 10 is a flip. */
    private Prediction row(String benchmark, int model, int i) {
        SplittableRandom luck = new SplittableRandom(31L * (benchmark + i).hashCode() + model);
        boolean failed = i == 7;
        boolean nothing = i == 9;
        boolean right = !nothing && (i == 10 ? model > 0 : luck.nextInt(100) < 45 + 8 * model);
        boolean choice = CHOICES.contains(benchmark);
        int tasks = TASKS.getOrDefault(benchmark, 1);
        String id = benchmark + "/test/" + i;
        String context = "Shared description" + spice + ".\n\nQuestion " + i + ": how many "
                + "blue marbles are in the jar after the third boy took his share? ".repeat(4) + noise(benchmark + i)
                + "\nAnswer:";
        String answer = right ? "42" : "41";
        String raw = " Each boy takes " + (right ? "six" : "seven") + " marbles, so the answer is "
                + (nothing ? "unknown" : answer) + "." + spice;
        return new Prediction(
                id,
                tasks == 1 ? "" : "task%02d".formatted(i % tasks) + spice,
                id,
                "paper",
                "1",
                choice ? 5 : 8,
                Integer.toHexString(context.hashCode()),
                context,
                choice ? OPTIONS : List.of(),
                choice && !failed ? List.of(right ? -1.25 : -3.5, right ? -3.5 : -1.25, -4.125, -5.0) : List.of(),
                choice && !failed ? List.of(1, 1, 1, 1) : List.of(),
                choice || failed ? "" : raw,
                failed
                        ? Map.of()
                        : Map.of("none", choice ? OPTIONS.get(right ? 0 : 1) : nothing ? "[invalid]" : answer),
                List.of(choice ? " A" : "42"),
                failed ? Map.of() : Map.of(METRICS.getOrDefault(benchmark, "exact_match"), right ? 1.0 : 0.0),
                failed ? "model: the device was lost" + spice : "",
                i == 8,
                choice ? "" : "stop_string",
                "none",
                96,
                64,
                choice ? 4 : 12,
                .25);
    }

    /** Real texts do not compress as invented ones do. */
    private static String noise(String seed) {
        return new SplittableRandom(seed.hashCode())
                .longs(12)
                .mapToObj(Long::toHexString)
                .collect(Collectors.joining(" "));
    }
}
