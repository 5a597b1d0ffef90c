package mhc.jobs.train;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import mhc.datasets.InputException;
import mhc.eval.stats.Difference;
import mhc.eval.stats.Median;
import mhc.jobs.run.TextColumns;
import mhc.model.train.Step;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * What trainings of models that differ in their residual show of its stability (arXiv 2512.24880, Figs. 2, 3, 5 and 7):
 * losses with their gaps to the plain residual, gradient norms, and gains over training and over depth. Everything
 * comes from the Parquet files of the trainings.
 */
public final class TrainingReport {
    /** Parts that a training is cut into, for what is shown over steps. */
    private static final int WINDOWS = 30;

    private static final MessageType GAPS = MessageTypeParser.parseMessageType("""
            message gap {
              required binary model (STRING);
              required binary baseline (STRING);
              required int64 from_step;
              required int64 steps;
              required double gap;
              required double stderr;
            }
            """);

    private final List<TrainedModel> models;
    private final Optional<TrainedModel> baseline;
    private final Path out;
    private final StringBuilder text = new StringBuilder();

    private TrainingReport(List<TrainedModel> models, Path out) {
        this.models = models;
        this.baseline =
                models.stream().filter(model -> model.residual().equals("none")).findFirst();
        this.out = out;
    }

    /** The gap of a model's training loss over a part of the steps; {@code stderr} takes steps as independent. */
    private record Gap(String model, String baseline, long from, Estimate estimate) {}

    /**
     * Writes pictures and Parquet.
     *
     * @param directories of trainings; a model of a second one must have another name
     * @return tables as lines of text
     * @throws InputException when a directory holds no training or two models have one name
     */
    public static String write(List<Path> directories, Path out) {
        List<TrainedModel> models = new ArrayList<>();
        directories.forEach(directory -> models.addAll(TrainedModel.read(directory)));
        Set<String> names = new HashSet<>();
        for (TrainedModel model : models) {
            if (!names.add(model.name())) {
                throw new InputException("Two of the trainings have a model " + model.name()
                        + ": give each once, or directories whose models have different names.");
            }
        }
        if (models.stream().allMatch(model -> model.steps().isEmpty())) {
            throw new InputException(
                    directories + " holds no step of a training yet: wait for its first checkpoint, or resume it.");
        }
        TrainingReport report = new TrainingReport(models, out);
        report.losses();
        report.gradients();
        report.gains();
        return report.text.toString();
    }

    private void losses() {
        TextColumns columns = TextColumns.of(
                name("model", 12),
                name("residual", 8),
                count("steps", 7),
                number("training loss", 13, "%.4f"),
                number("gap", 8, "%+.4f"),
                number("+-", 7, "%.4f"),
                number("held-out loss", 13, "%.4f"),
                number("+-", 7, "%.4f"),
                number("gap", 8, "%+.4f"),
                number("+-", 7, "%.4f"),
                count("rows", 5));
        print(columns.header());
        LineChart losses = new LineChart("Training loss", "step", "nats a token");
        for (int i = 0; i < models.size(); i++) {
            TrainedModel model = models.get(i);
            List<HeldOut> rows = model.lastHeldOut();
            Estimate loss = Estimate.of(rows.stream().map(HeldOut::loss).toList());
            List<Step> steps = model.steps();
            List<Step> last = steps.subList(Math.max(0, steps.size() - 50), steps.size());
            print(columns.line(
                    model.name(),
                    model.residual(),
                    steps.size(),
                    mean(last, Step::loss),
                    cell(trainingGap(last), Estimate::mean),
                    cell(trainingGap(last), Estimate::error),
                    rows.isEmpty() ? "-" : loss.mean(),
                    rows.size() < 2 ? "-" : loss.error(),
                    cell(gap(rows), Estimate::mean),
                    cell(gap(rows), Estimate::error),
                    rows.size()));
            losses.line(model.name(), starts(model), windows(model, part -> mean(part, Step::loss)), i, false);
        }
        print(
                "training loss: mean of the last 50 steps, each before the model has learned from its text; held-out loss: of");
        print(
                "rows. Gap: beyond the plain residual's, paired by step or row; +- are standard errors over steps or rows.");
        losses.write(out.resolve("loss.svg"));
        gapsOverTraining();
    }

    /** To the baseline, on the same rows after the same steps. */
    private Optional<Estimate> gap(List<HeldOut> rows) {
        return baseline.map(plain ->
                        Estimate.ofGap(rows, plain.heldOut(), row -> row.step() + "/" + row.row(), HeldOut::loss))
                .filter(estimate -> estimate.count() > 1);
    }

    private Optional<Estimate> trainingGap(List<Step> steps) {
        return baseline.map(plain -> Estimate.ofGap(steps, plain.steps(), Step::step, Step::loss))
                .filter(estimate -> estimate.count() > 1);
    }

    private Object cell(Optional<Estimate> estimate, ToDoubleFunction<Estimate> value) {
        return estimate.<Object>map(found -> value.applyAsDouble(found)).orElse("-");
    }

    private void gapsOverTraining() {
        if (baseline.isEmpty()) {
            print("No model has residual none: there are no gaps.");
            return;
        }
        TrainedModel plain = baseline.get();
        LineChart chart = new LineChart(
                "Training loss beyond " + plain.name() + "'s, with 95 % intervals", "step", "nats a token");
        List<Gap> gaps = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            TrainedModel model = models.get(i);
            if (model == plain) {
                continue;
            }
            List<Gap> own = new ArrayList<>();
            for (List<Step> part : parts(model)) {
                Estimate gap = Estimate.ofGap(part, plain.steps(), Step::step, Step::loss);
                if (gap.count() > 1) {
                    own.add(new Gap(model.name(), plain.name(), part.get(0).step(), gap));
                }
            }
            if (!own.isEmpty()) {
                // The first part is the fall from knowing nothing: beside it the others could not be told apart.
                List<Gap> shown = own.size() > 1 ? own.subList(1, own.size()) : own;
                chart.estimates(
                        model.name(),
                        shown.stream().mapToDouble(Gap::from).toArray(),
                        shown.stream().mapToDouble(gap -> gap.estimate().mean()).toArray(),
                        shown.stream()
                                .mapToDouble(
                                        gap -> Difference.Z_95 * gap.estimate().error())
                                .toArray(),
                        i);
            }
            gaps.addAll(own);
        }
        new RowFile(out.resolve("gaps.parquet"), GAPS).write(gaps, (group, gap) -> group.append("model", gap.model())
                .append("baseline", gap.baseline())
                .append("from_step", gap.from())
                .append("steps", (long) gap.estimate().count())
                .append("gap", gap.estimate().mean())
                .append("stderr", gap.estimate().error()));
        if (!gaps.isEmpty()) {
            chart.write(out.resolve("gap.svg"));
        }
    }

    private void gradients() {
        TextColumns columns = TextColumns.of(
                name("model", 12),
                number("median norm", 11, "%.3f"),
                number("largest after warm-up", 21, "%.3f"),
                count("at step", 8),
                number("steps clipped", 13, "%.1f %%"));
        print("");
        print(columns.header());
        LineChart chart = new LineChart("Largest gradient norm of each part of the training", "step", "norm");
        for (int i = 0; i < models.size(); i++) {
            TrainedModel model = models.get(i);
            List<Step> steps = model.steps();
            int warmUp = model.options().path("schedule").path("warmUp").asInt();
            Step worst = steps.stream()
                    .filter(step -> step.step() >= warmUp)
                    .reduce((a, b) -> b.gradientNorm() > a.gradientNorm() ? b : a)
                    .orElse(steps.get(steps.size() - 1));
            double clip = model.options().path("clip").asDouble();
            long clipped =
                    steps.stream().filter(step -> step.gradientNorm() > clip).count();
            print(columns.line(
                    model.name(),
                    Median.of(steps.stream().mapToDouble(Step::gradientNorm).toArray()),
                    worst.gradientNorm(),
                    worst.step(),
                    100.0 * clipped / steps.size()));
            chart.line(
                    model.name(),
                    starts(model),
                    windows(model, part -> part.stream()
                            .mapToDouble(Step::gradientNorm)
                            .max()
                            .orElseThrow()),
                    i,
                    false);
        }
        chart.logarithmicY().write(out.resolve("gradient.svg"));
    }

    private void gains() {
        List<TrainedModel> measured =
                models.stream().filter(model -> !model.gains().isEmpty()).toList();
        if (measured.isEmpty()) {
            print("");
            print(
                    "No gains were measured: train.held-out is 0, the data has no held-out text, or no model has streams.");
            return;
        }
        TextColumns columns = TextColumns.of(
                name("model", 12),
                count("after step", 10),
                number("single forward", 15, "%.5f"),
                number("backward", 10, "%.5f"),
                number("composite forward", 18, "%.5g"),
                number("backward", 10, "%.5g"),
                number("largest so far", 15, "%.5g"),
                number("backward", 10, "%.5g"));
        print("");
        print(columns.header());
        LineChart training = new LineChart("Amax gain over training: largest of the sites", "step", "gain");
        LineChart depth = new LineChart("Amax gain over depth, after the last step", "site", "gain");
        for (TrainedModel model : measured) {
            int colour = models.indexOf(model);
            List<SiteGain> last = model.lastGains();
            print(columns.line(
                    model.name(),
                    last.get(0).step(),
                    largest(last, gain -> gain.forward().mean()),
                    largest(last, gain -> gain.backward().mean()),
                    largest(last, gain -> gain.composite().mean()),
                    largest(last, gain -> gain.compositeBackward().mean()),
                    largest(model.gains(), gain -> gain.composite().mean()),
                    largest(model.gains(), gain -> gain.compositeBackward().mean())));
            double[] sites = last.stream().mapToDouble(SiteGain::site).toArray();
            double[] steps = model.measuredSteps().stream()
                    .mapToDouble(Long::doubleValue)
                    .toArray();
            for (Kind kind : Kind.values()) {
                String name = model.name() + " " + kind.label;
                int shade = colour + (kind.backward ? 2 : 0);
                depth.line(name, sites, last.stream().mapToDouble(kind.gain).toArray(), shade, kind.single);
                double[] overTraining = model.measuredSteps().stream()
                        .mapToDouble(step -> largest(
                                model.gains().stream()
                                        .filter(gain -> gain.step() == step)
                                        .toList(),
                                kind.gain))
                        .toArray();
                training.line(name, steps, overTraining, shade, kind.single);
            }
        }
        print(
                "Amax gains, means over the tokens of one row, the largest of the sites; composite: of the product of all");
        print("sites up to one.");
        training.logarithmicY().write(out.resolve("gain-training.svg"));
        depth.logarithmicY().write(out.resolve("gain-depth.svg"));
    }

    /** The four gains of the paper's figures. */
    private enum Kind {
        SINGLE("single forward", true, false, gain -> gain.forward().mean()),
        SINGLE_BACKWARD("single backward", true, true, gain -> gain.backward().mean()),
        COMPOSITE("composite forward", false, false, gain -> gain.composite().mean()),
        COMPOSITE_BACKWARD("composite backward", false, true, gain -> gain.compositeBackward()
                .mean());

        private final String label;
        private final boolean single;
        private final boolean backward;
        private final ToDoubleFunction<SiteGain> gain;

        Kind(String label, boolean single, boolean backward, ToDoubleFunction<SiteGain> gain) {
            this.label = label;
            this.single = single;
            this.backward = backward;
            this.gain = gain;
        }
    }

    private static double largest(List<SiteGain> gains, ToDoubleFunction<SiteGain> which) {
        return gains.stream().mapToDouble(which).max().orElseThrow();
    }

    private static double mean(List<Step> steps, ToDoubleFunction<Step> value) {
        return steps.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    /** A model's steps in parts of equal length. */
    private static List<List<Step>> parts(TrainedModel model) {
        List<Step> steps = model.steps();
        int length = Math.max(1, (steps.size() + WINDOWS - 1) / WINDOWS);
        List<List<Step>> parts = new ArrayList<>();
        for (int from = 0; from < steps.size(); from += length) {
            parts.add(steps.subList(from, Math.min(steps.size(), from + length)));
        }
        return parts;
    }

    private static double[] starts(TrainedModel model) {
        return parts(model).stream().mapToDouble(part -> part.get(0).step()).toArray();
    }

    private static double[] windows(TrainedModel model, ToDoubleFunction<List<Step>> value) {
        return parts(model).stream().mapToDouble(value).toArray();
    }

    private void print(String line) {
        text.append(line).append(System.lineSeparator());
    }
}
