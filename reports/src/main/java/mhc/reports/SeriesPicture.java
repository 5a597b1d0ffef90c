package mhc.reports;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import mhc.eval.stats.Difference;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A chart for each benchmark, with a line for each model and its 95% band, in one SVG picture. */
final class SeriesPicture {
    private static final int COLUMNS = 2;
    private static final int WIDTH = 520;
    private static final int HEIGHT = 340;
    private static final double PERCENT = 100;
    private static final int BAND_ALPHA = 48;

    /** Of Okabe and Ito, which people with any colour vision tell apart; more models begin again. */
    private static final List<Color> COLORS = List.of(
            new Color(0, 114, 178),
            new Color(213, 94, 0),
            new Color(0, 158, 115),
            new Color(204, 121, 167),
            new Color(86, 180, 233),
            new Color(230, 159, 0));

    private SeriesPicture() {}

    /** @param points by benchmark, model and step */
    static String svg(List<SeriesPoint> points) {
        System.setProperty("java.awt.headless", "true");
        List<String> benchmarks = List.copyOf(
                new TreeSet<>(points.stream().map(SeriesPoint::benchmark).toList()));
        VectorGraphics2D graphics = new VectorGraphics2D();
        for (int i = 0; i < benchmarks.size(); i++) {
            int x = i % COLUMNS * WIDTH;
            int y = i / COLUMNS * HEIGHT;
            graphics.translate(x, y);
            chart(benchmarks.get(i), points).paint(graphics, WIDTH, HEIGHT);
            graphics.translate(-x, -y);
        }
        int columns = Math.min(COLUMNS, benchmarks.size());
        int rows = (benchmarks.size() + COLUMNS - 1) / COLUMNS;
        PageSize size = new PageSize(0, 0, columns * WIDTH, rows * HEIGHT);
        Document document = Processors.get("svg").getDocument(graphics.getCommands(), size);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            document.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static XYChart chart(String benchmark, List<SeriesPoint> points) {
        boolean tokens = points.stream().allMatch(point -> point.tokens() > 0);
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(Labels.benchmark(benchmark))
                .xAxisTitle(tokens ? "tokens" : "steps")
                .yAxisTitle("percent")
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        List<String> models = List.copyOf(
                new TreeSet<>(points.stream().map(SeriesPoint::model).toList()));
        for (String model : models) {
            List<SeriesPoint> line = points.stream()
                    .filter(point ->
                            point.benchmark().equals(benchmark) && point.model().equals(model))
                    .toList();
            if (!line.isEmpty()) {
                add(chart, model, line, tokens, COLORS.get(models.indexOf(model) % COLORS.size()));
            }
        }
        return chart;
    }

    private static void add(XYChart chart, String model, List<SeriesPoint> line, boolean tokens, Color color) {
        double[] x = line.stream()
                .mapToDouble(point -> tokens ? point.tokens() : point.step())
                .toArray();
        double[] low = line.stream().mapToDouble(point -> edge(point, -1)).toArray();
        double[] high = line.stream().mapToDouble(point -> edge(point, 1)).toArray();
        Color pale = new Color(color.getRed(), color.getGreen(), color.getBlue(), BAND_ALPHA);
        ChartBand.add(chart, model + " 95%", x, low, high, pale, pale);
        XYSeries curve = chart.addSeries(
                model,
                x,
                line.stream().mapToDouble(point -> PERCENT * point.value()).toArray());
        curve.setLineColor(color);
        curve.setMarkerColor(color);
        curve.setMarker(SeriesMarkers.CIRCLE);
    }

    /** End of the 95% band, within what a score can be. */
    private static double edge(SeriesPoint point, int side) {
        double stderr = Double.isNaN(point.stderr()) ? 0 : point.stderr();
        double end = point.value() + side * Difference.Z_95 * stderr;
        return PERCENT * Math.max(0, Math.min(1, end));
    }
}
