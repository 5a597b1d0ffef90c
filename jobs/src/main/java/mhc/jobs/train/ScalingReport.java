package mhc.jobs.train;

import static mhc.jobs.run.TextColumns.count;
import static mhc.jobs.run.TextColumns.name;
import static mhc.jobs.run.TextColumns.number;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import mhc.datasets.InputException;
import mhc.jobs.run.TextColumns;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.SparkSession;

/**
 * Held-out loss against compute, over the sizes of a ladder, and against tokens, within its largest size (arXiv
 * 2512.24880, Fig. 6), with a power law fitted for each residual. Everything comes from the Parquet files of the runs.
 */
public final class ScalingReport {
    private static final int LEAST_POINTS = 3;
    private static final int LINE_POINTS = 25;
    private static final double KILO = 1e3;
    private static final double GIGA = 1e9;
    /** Learning rates fall from here on, and losses with them: one curve has no such steps. */
    private static final double DECAY = 0.8;

    private static final MessageType POINTS = MessageTypeParser.parseMessageType("""
            message point {
              required binary axis (STRING);
              required binary residual (STRING);
              required binary model (STRING);
              required double x;
              required double loss;
              required double stderr;
            }
            """);
    private static final MessageType FITS = MessageTypeParser.parseMessageType("""
            message fit {
              required binary axis (STRING);
              required binary residual (STRING);
              required int32 points;
              required double centre;
              required double loss_at_centre;
              required double log_stderr_at_centre;
              required double exponent;
              required double exponent_stderr;
            }
            """);

    private final SparkSession spark;
    private final Path out;
    private final StringBuilder text = new StringBuilder();
    private final List<Point> points = new ArrayList<>();
    private final List<Fit> fits = new ArrayList<>();

    private record Point(String axis, String residual, String model, double x, Estimate loss) {}

    private record Fit(String axis, String residual, PowerLaw law) {}

    private ScalingReport(SparkSession spark, Path out) {
        this.spark = spark;
        this.out = out;
    }

    /**
     * Writes pictures and Parquet.
     *
     * @param ladder the directory that holds the directories of its runs
     * @return tables as lines of text
     * @throws InputException when there are too few finished runs to fit a line
     */
    public static String write(Path ladder, Path out, SparkSession spark) {
        List<TrainedModel> models = finished(ladder);
        ScalingReport report = new ScalingReport(spark, out);
        report.byCompute(models);
        report.byTokens(models);
        report.print(
                "loss = A (x / centre)^exponent; +- is half a 95 % interval, of Student's t with two parameters less than points.");
        new RowFile(out.resolve("points.parquet"), POINTS)
                .write(report.points, (group, point) -> group.append("axis", point.axis())
                        .append("residual", point.residual())
                        .append("model", point.model())
                        .append("x", point.x())
                        .append("loss", point.loss().mean())
                        .append("stderr", point.loss().error()));
        new RowFile(out.resolve("fits.parquet"), FITS)
                .write(report.fits, (group, fit) -> group.append("axis", fit.axis())
                        .append("residual", fit.residual())
                        .append("points", fit.law().points())
                        .append("centre", fit.law().centre())
                        .append("loss_at_centre", Math.exp(fit.law().level()))
                        .append("log_stderr_at_centre", fit.law().levelError())
                        .append("exponent", fit.law().exponent())
                        .append("exponent_stderr", fit.law().exponentError()));
        return report.text.toString();
    }

    private static List<TrainedModel> finished(Path ladder) {
        List<TrainedModel> models = new ArrayList<>();
        try (Stream<Path> folders = Files.list(ladder)) {
            folders.filter(folder -> Files.exists(new TrainingDirectory(folder).configuration()))
                    .sorted()
                    .forEach(folder -> models.addAll(TrainedModel.read(folder)));
        } catch (IOException e) {
            throw new InputException(
                    ladder + " cannot be read (" + e.getMessage() + "): give the directory of a ladder.", e);
        }
        models.removeIf(model -> model.steps().size() < steps(model)
                || model.lastHeldOut().isEmpty()
                || model.lastHeldOut().get(0).step() < steps(model));
        return models;
    }

    private static int steps(TrainedModel model) {
        return model.options().path("schedule").path("steps").asInt();
    }

    /** Products of weights and tokens, forward and backward: six for each weight that a token meets. */
    private static double operations(TrainedModel model) {
        JsonNode shape = model.options().path("architecture");
        double hidden = shape.path("hidden").asDouble();
        double keysAndValues = hidden
                * shape.path("keyValueHeads").asDouble()
                / shape.path("heads").asDouble();
        double layer = 2 * hidden * hidden
                + 2 * hidden * keysAndValues
                + 3 * hidden * shape.path("intermediate").asDouble();
        double weights = shape.path("layers").asDouble() * layer
                + hidden * shape.path("vocabulary").asDouble();
        return 6 * weights * tokens(model, steps(model));
    }

    private static double tokens(TrainedModel model, double steps) {
        return steps
                * model.options().path("batch").asDouble()
                * model.options().path("length").asDouble();
    }

    private void byCompute(List<TrainedModel> models) {
        List<Point> found = new ArrayList<>();
        for (TrainedModel model : models) {
            found.add(
                    new Point("compute", model.residual(), model.name(), operations(model), loss(model.lastHeldOut())));
        }
        TextColumns columns = TextColumns.of(
                name("run", 16),
                name("residual", 8),
                number("FLOP", 10, "%.2e"),
                number("held-out loss", 13, "%.4f"),
                number("+-", 7, "%.4f"));
        print(columns.header());
        found.stream()
                .sorted((a, b) -> Double.compare(a.x(), b.x()))
                .forEach(point -> print(columns.line(
                        point.model(),
                        point.residual(),
                        point.x(),
                        point.loss().mean(),
                        point.loss().error())));
        fit("compute", GIGA, "GFLOP, 6 FLOP for each weight and token", found);
    }

    private void byTokens(List<TrainedModel> models) {
        double largest =
                models.stream().mapToDouble(ScalingReport::operations).max().orElse(0);
        List<Point> found = new ArrayList<>();
        for (TrainedModel model : models) {
            if (operations(model) < largest) {
                continue;
            }
            Map<Long, List<HeldOut>> bySteps = new TreeMap<>();
            int warmUp = model.options().path("schedule").path("warmUp").asInt();
            for (HeldOut row : model.heldOut()) {
                if (row.step() >= 2 * warmUp && row.step() > 0 && row.step() <= DECAY * steps(model)) {
                    bySteps.computeIfAbsent(row.step(), step -> new ArrayList<>())
                            .add(row);
                }
            }
            bySteps.forEach((step, rows) ->
                    found.add(new Point("tokens", model.residual(), model.name(), tokens(model, step), loss(rows))));
        }
        fit("tokens", KILO, "thousands of tokens, largest size, constant learning rate", found);
    }

    private static Estimate loss(List<HeldOut> rows) {
        return Estimate.of(rows.stream().map(HeldOut::loss).toList());
    }

    private void fit(String axis, double unit, String label, List<Point> found) {
        points.addAll(found);
        Map<String, List<Point>> byResidual = new LinkedHashMap<>();
        for (String residual : List.of("none", "hc", "mhc")) {
            List<Point> own = found.stream()
                    .filter(point -> point.residual().equals(residual))
                    .toList();
            if (own.stream().mapToDouble(Point::x).distinct().count() >= LEAST_POINTS) {
                byResidual.put(residual, own);
            }
        }
        if (byResidual.isEmpty()) {
            throw new InputException("There are not " + LEAST_POINTS + " points of any residual to fit loss against "
                    + axis + ": finish more runs of the ladder, and give train.held-out and train.checkpoint-every.");
        }
        TextColumns columns = TextColumns.of(
                name("loss against " + axis, 20),
                count("points", 7),
                number("centre", 10, "%.2e"),
                number("A", 8, "%.4f"),
                number("+-", 8, "%.4f"),
                number("exponent", 9, "%+.4f"),
                number("+-", 8, "%.4f"));
        print("");
        print(columns.header());
        LineChart chart = new LineChart("Held-out loss against " + axis + ", with 95 % bands", label, "nats a token")
                .logarithmicX()
                .logarithmicY()
                .labelledWithinDecades();
        int colour = 0;
        for (Map.Entry<String, List<Point>> entry : byResidual.entrySet()) {
            List<Point> own = entry.getValue();
            PowerLaw law = PowerLaw.fit(
                    own.stream()
                            .map(point ->
                                    new PowerLaw.Point(point.x(), point.loss().mean()))
                            .toList(),
                    spark);
            fits.add(new Fit(axis, entry.getKey(), law));
            print(columns.line(
                    entry.getKey(),
                    law.points(),
                    law.centre(),
                    Math.exp(law.level()),
                    law.edge(law.centre(), 1) - law.at(law.centre()),
                    law.exponent(),
                    law.exponentMargin()));
            draw(chart, unit, entry.getKey(), own, law, colour++);
        }
        chart.write(out.resolve(axis + ".svg"));
    }

    private static void draw(LineChart chart, double unit, String residual, List<Point> own, PowerLaw law, int colour) {
        double from = Math.log(own.stream().mapToDouble(Point::x).min().orElseThrow());
        double to = Math.log(own.stream().mapToDouble(Point::x).max().orElseThrow());
        double[] x = new double[LINE_POINTS];
        double[] y = new double[LINE_POINTS];
        double[] low = new double[LINE_POINTS];
        double[] high = new double[LINE_POINTS];
        for (int i = 0; i < LINE_POINTS; i++) {
            double at = Math.exp(from + (to - from) * i / (LINE_POINTS - 1));
            x[i] = at / unit;
            y[i] = law.at(at);
            low[i] = law.edge(at, -1);
            high[i] = law.edge(at, 1);
        }
        chart.band(residual + " band", x, low, high, colour);
        chart.line(residual, x, y, colour, false);
        chart.points(
                residual + " runs",
                own.stream().mapToDouble(point -> point.x() / unit).toArray(),
                own.stream().mapToDouble(point -> point.loss().mean()).toArray(),
                colour);
    }

    private void print(String line) {
        text.append(line).append(System.lineSeparator());
    }
}
