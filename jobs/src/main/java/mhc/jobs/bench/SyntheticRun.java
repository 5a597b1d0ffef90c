package mhc.jobs.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import mhc.datasets.Corpus;
import mhc.datasets.InputException;
import mhc.datasets.Sha256;
import mhc.eval.Benchmark;
import mhc.eval.BenchmarkInfo;
import mhc.eval.Prediction;
import mhc.eval.protocol.Protocols;
import mhc.jobs.run.PartOrigin;
import mhc.jobs.run.PredictionFile;
import mhc.jobs.run.RunDirectory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Writes run directories of invented rows, in the proportions of the eight test sets and in the files a run would
 * write: what reports are measured with. The same figures give the same rows.
 *
 * @param models named m00, m01, ...; each a little better than the one before
 * @param rows of all models together, about
 * @param shard rows a file holds
 */
public record SyntheticRun(int models, int rows, int shard) {
    private static final String PROTOCOL = "paper";

    /**
     * Size of a test set.
     *
     * @param tasks sub-tasks, 1 where it has none
     * @param cluster examples that share a passage or a source
     */
    private record Shape(int examples, int tasks, int cluster) {}

    private static final Map<Corpus, Shape> SHAPES = Map.of(
            Corpus.BBH, new Shape(6_511, 27, 1),
            Corpus.DROP, new Shape(9_536, 1, 16),
            Corpus.GSM8K, new Shape(1_319, 1, 1),
            Corpus.HELLASWAG, new Shape(10_042, 1, 2),
            Corpus.MATH, new Shape(5_000, 7, 1),
            Corpus.MMLU, new Shape(14_042, 57, 1),
            Corpus.PIQA, new Shape(1_838, 1, 1),
            Corpus.TRIVIAQA, new Shape(17_944, 1, 1));

    /** @throws InputException when {@code out} holds something already or cannot be written */
    public void write(String out, Configuration hadoop) {
        RunDirectory directory = RunDirectory.at(out, hadoop);
        ObjectNode description = RunDirectory.object().put("name", "synthetic").put("baseline", model(0));
        directory.claim(description);
        List<Part> parts = parts();
        parts.parallelStream().forEach(part -> {
            String name = model(part.model());
            Path file = directory.part(name, part.info().name(), part.number());
            PartOrigin origin = PartOrigin.Source.of(description, name)
                    .part(name, part.info().name(), part.number());
            try {
                PredictionFile.write(hadoop, file, 0, origin, predictions(part));
            } catch (IOException e) {
                throw new InputException(
                        "Predictions cannot be written to " + file + " (" + e.getMessage()
                                + "): give another directory",
                        e);
            }
        });
        directory.writeManifest(description);
    }

    /** One file. */
    private record Part(int model, BenchmarkInfo info, int number, int from, int to) {}

    private List<Part> parts() {
        long whole = SHAPES.values().stream().mapToLong(Shape::examples).sum();
        List<Part> parts = new ArrayList<>();
        for (int model = 0; model < models; model++) {
            for (Benchmark benchmark : Protocols.named(PROTOCOL).benchmarks()) {
                long examples = SHAPES.get(benchmark.corpus()).examples();
                int count = (int) Math.max(1, examples * rows / models / whole);
                for (int from = 0; from < count; from += shard) {
                    parts.add(new Part(model, benchmark.info(), from / shard, from, Math.min(count, from + shard)));
                }
            }
        }
        return parts;
    }

    private static String model(int number) {
        return "m%02d".formatted(number);
    }

    private List<Prediction> predictions(Part part) {
        return IntStream.range(part.from(), part.to())
                .mapToObj(example -> prediction(part, example))
                .toList();
    }

    private Prediction prediction(Part part, int example) {
        BenchmarkInfo info = part.info();
        Shape shape = SHAPES.get(info.corpus());
        String name = info.name();
        String id = name + "/test/" + example;
        String context = "Question %d of %s: %s".formatted(example, name, "which of these is it? ".repeat(16));
        // the example's difficulty is everybody's, its luck the model's
        double difficulty = new SplittableRandom((name + example).hashCode()).nextDouble();
        SplittableRandom luck = new SplittableRandom(31L * (name + example).hashCode() + part.model());
        double ease = .55 + .01 * part.model() - .6 * (difficulty - .5);
        boolean failed = luck.nextInt(2_000) == 0;
        boolean right = luck.nextDouble() < ease;
        return new Prediction(
                id,
                shape.tasks() == 1 ? "" : "task%02d".formatted(example % shape.tasks()),
                shape.cluster() == 1 ? id : name + "/source/" + example / shape.cluster(),
                PROTOCOL,
                info.version(),
                info.shots(),
                Sha256.of(context),
                context,
                List.of(),
                List.of(),
                List.of(),
                failed ? "" : right ? "the right answer" : "another answer",
                Map.of(),
                List.of("the right answer"),
                failed ? Map.of() : metrics(info, right, luck),
                failed ? "the device was lost" : "",
                luck.nextInt(500) == 0,
                "stop_string",
                "none",
                96 + luck.nextInt(32),
                64,
                8,
                .25);
    }

    /** The headline, and three metrics beside it as each benchmark has. */
    private static Map<String, Double> metrics(BenchmarkInfo info, boolean right, SplittableRandom luck) {
        String headline = info.headline().key();
        double score = right ? 1 : 0;
        boolean graded = headline.equals("f1");
        Map<String, Double> metrics = new HashMap<>();
        metrics.put(headline, graded && right ? luck.nextInt(1, 5) / 4.0 : score);
        metrics.put(headline + ",robust", score);
        metrics.put("first", luck.nextInt(3) == 0 ? 1 - score : score);
        metrics.put("second", luck.nextInt(4) == 0 ? 1 - score : score);
        return metrics;
    }
}
