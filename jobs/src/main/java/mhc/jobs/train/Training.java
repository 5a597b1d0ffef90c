package mhc.jobs.train;

import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import mhc.datasets.InputException;
import mhc.datasets.TextFolder;
import mhc.eval.curriculum.TrainingText;
import mhc.eval.protocol.Protocols;
import mhc.jobs.config.HadoopSettings;
import mhc.jobs.config.TrainConfig;
import mhc.jobs.run.Durations;
import mhc.model.engine.Torch;
import mhc.model.train.Step;
import mhc.model.train.Trainer;
import mhc.model.train.TrainingOptions;

/** Trains the models of a configuration one after the other. */
public final class Training {
    private static final double PROGRESS_SECONDS = 5;
    /** Weight of the newest step in the loss that is shown. */
    private static final double NEWEST = 0.05;
    /** Where the curriculum's documents begin that no training reads: further on than any reaches. */
    private static final long HELD_OUT = 1L << 40;

    private final TrainConfig config;
    private final TrainingDirectory directory;
    private final LongFunction<String> documents;
    private final PrintStream progress;

    private final Optional<LongFunction<String>> heldOut;

    private Training(TrainConfig config, PrintStream progress) {
        this.config = config;
        this.directory = new TrainingDirectory(config.out());
        this.documents = documents(config.data());
        this.heldOut = heldOut(config.data());
        this.progress = progress;
    }

    /**
     * Trains every model to its end.
     *
     * @param resume whether to go on with a training that was stopped
     * @return one line for each model
     * @throws InputException when a text folder holds no text, a training diverges or something cannot be written; what
     *     was saved before is kept
     */
    public static String run(TrainConfig config, boolean resume, PrintStream progress) {
        Training training = new Training(config, progress);
        training.directory.claim(config, resume);
        Torch.start(config.threads());
        StringBuilder lines = new StringBuilder();
        try (Interruption interruption = new Interruption()) {
            config.models().forEach((name, options) -> {
                if (!interruption.isWanted()) {
                    lines.append(training.train(name, options, interruption));
                }
            });
        }
        return lines.toString();
    }

    static LongFunction<String> documents(TrainConfig.Data data) {
        return data.curriculum()
                ? new TrainingText(Protocols.named(data.source()), data.seed())::document
                : TextFolder.open(data.source(), data.seed(), HadoopSettings.current())::document;
    }

    /** Documents that are not trained on, if the data has such. */
    private static Optional<LongFunction<String>> heldOut(TrainConfig.Data data) {
        if (data.curriculum()) {
            LongFunction<String> all = documents(data);
            return Optional.of(index -> all.apply(HELD_OUT + index));
        }
        return data.heldOut().isEmpty()
                ? Optional.empty()
                : Optional.of(TextFolder.open(data.heldOut(), data.seed(), HadoopSettings.current())::document);
    }

    private String train(String name, TrainingOptions options, Interruption interruption) {
        try (Trainer trainer = open(name, options)) {
            Curve curve = Curve.open(directory.curve(name), name, trainer.steps());
            Measurements measurements = Measurements.open(directory, name, trainer.steps());
            long[][] measured =
                    heldOut.map(texts -> trainer.rows(texts, config.heldOut())).orElseGet(() -> new long[0][]);
            measurements.take(trainer, measured);
            long start = System.nanoTime();
            long first = trainer.steps();
            double shown = 0;
            double loss = Double.NaN;
            while (!trainer.isDone() && !interruption.isWanted()) {
                Step step = trainer.step();
                curve.add(step);
                loss = Double.isNaN(loss) ? step.loss() : loss + NEWEST * (step.loss() - loss);
                boolean last = trainer.isDone() || interruption.isWanted();
                if (last || trainer.steps() % config.checkpointEvery() == 0) {
                    curve.write();
                    measurements.take(trainer, measured);
                    trainer.save();
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                if (seconds - shown > PROGRESS_SECONDS) {
                    shown = seconds;
                    show(name, options, step, loss, trainer.steps() - first, seconds);
                }
            }
            return trainer.isDone()
                    ? summary(name, options, curve)
                    : "%s: stopped after %d of %d steps, go on with --resume%n"
                            .formatted(name, trainer.steps(), options.schedule().steps());
        }
    }

    private Trainer open(String name, TrainingOptions options) {
        if (Files.exists(directory.state(name))) {
            return Trainer.resume(directory.checkpoint(name), directory.state(name), options, documents);
        }
        return Trainer.begin(
                directory.checkpoint(name),
                directory.state(name),
                options,
                config.tokenizer(),
                config.endOfText(),
                "trained on " + config.data(),
                documents);
    }

    private void show(String name, TrainingOptions options, Step step, double loss, long steps, double seconds) {
        int all = options.schedule().steps();
        double left = (all - step.step() - 1) * seconds / steps;
        progress.printf(
                Locale.ROOT,
                "%s: step %d/%d, loss %.4f, gradient %.3f, %.0f tokens/s, about %s left%n",
                name,
                step.step() + 1,
                all,
                loss,
                step.gradientNorm(),
                steps * options.batch() * options.length() / seconds,
                Durations.text(left));
    }

    private static String summary(String name, TrainingOptions options, Curve curve) {
        int last = Math.min(curve.steps().size(), 50);
        double loss = curve
                .steps()
                .subList(curve.steps().size() - last, curve.steps().size())
                .stream()
                .mapToDouble(Step::loss)
                .average()
                .orElse(Double.NaN);
        double seconds = curve.steps().stream().mapToDouble(Step::seconds).sum();
        return "%s: %d steps of %d tokens in %s, loss %.4f over the last %d%n"
                .formatted(
                        name,
                        options.schedule().steps(),
                        options.batch() * options.length(),
                        Durations.text(seconds),
                        loss,
                        last);
    }
}
